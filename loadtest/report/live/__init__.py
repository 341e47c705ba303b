"""Following a run while it is on: its files as they grow, told in lines of JSON."""
