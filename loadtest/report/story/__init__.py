"""One navigation's whole story, both sides on one line of time."""
