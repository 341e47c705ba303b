"""The visits of a finding, sent again: all of them, or the fewest that still show it."""
