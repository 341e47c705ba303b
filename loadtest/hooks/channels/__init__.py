"""Where errors come to light that no handler let out: one module for each channel."""
