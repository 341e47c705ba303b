"""A run while it is on: follows the files that it writes, and tells what they say as lines of JSON."""
