"""Tests of what judges a run that is on."""
