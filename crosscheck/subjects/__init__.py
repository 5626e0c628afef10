"""What can be counted, by name: described networks, files, networks of zoos, exports."""
