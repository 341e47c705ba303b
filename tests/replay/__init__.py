"""Tests of loadtest.replay."""
