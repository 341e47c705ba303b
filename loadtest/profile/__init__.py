"""What to run: profiles in TOML, checked, and the schedule that they describe."""
