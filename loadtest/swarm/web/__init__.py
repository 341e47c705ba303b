"""Locust's web UI as ours: its start form, its guard, our tabs, and what they ask of the run."""
