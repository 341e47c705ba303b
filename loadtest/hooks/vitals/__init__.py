"""Vital signs of a process: how its event loop fares, what lives in it, what the user wants to know."""
