"""Watches the servers themselves: python-socketio's and python-engineio's."""
