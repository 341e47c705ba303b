"""What app is this: looking at a running app or at a browser's recording of one; the preset ``auto``."""
