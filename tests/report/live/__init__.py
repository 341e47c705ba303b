"""Tests of `loadtest.report.live`."""
