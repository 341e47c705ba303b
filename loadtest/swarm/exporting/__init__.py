"""Exports while a run is on: read by whom is asked, or pushed, without the run waiting for anybody."""
