"""The run's ear for the hooks: where they meet, what they send, when the server is quiet."""
