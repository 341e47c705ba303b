"""A run's figures over its time: what the clients met and what the server told, by the second or wider."""
