"""Mirrors loadtest/cli."""
