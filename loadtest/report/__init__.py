"""A run's files, and everything that is made out of them."""
