"""Judges the thresholds that may end a run while it is on."""
