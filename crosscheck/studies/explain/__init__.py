"""Why tools print what they print: what is to be counted by whom, and where the numbers come from."""
