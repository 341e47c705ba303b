"""Tests of loadtest.tuning."""
