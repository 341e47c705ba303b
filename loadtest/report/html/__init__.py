"""``report.html``: one file, without scripts, that a run is read in."""
