"""Servers that benchmarks load."""
