"""How a run hears of it: where it listens, what is pushed when, and the last word."""
