"""What `locust` runs in this folder: the plug-in, the user class, the load shape. Nothing else lives here.

locust --nav-profile nicegui --host http://127.0.0.1:8080
"""

from locust import events

from loadtest.swarm.plugin import register
from loadtest.swarm.shape import PoolShape
from loadtest.swarm.user import BrowserTab

__all__ = ["BrowserTab", "PoolShape"]

register(events)
