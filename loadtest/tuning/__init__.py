"""Searches the highest rate (or any number of a profile) at which its thresholds hold."""
