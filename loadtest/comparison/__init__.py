"""Runs compared: whether one is worse than a baseline, from their files alone."""
