"""Tests of `loadtest.report.series`."""
