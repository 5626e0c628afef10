"""The networks that frameworks bring themselves."""
