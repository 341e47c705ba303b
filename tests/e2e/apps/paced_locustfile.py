"""Pages at a rate as Locust's own documentation paces them: a few users with ``constant_throughput``."""

from locust import HttpUser, constant_throughput, task

__all__ = ["PacedUser"]


class PacedUser(HttpUser):
    """One of three, which together ask for 40 pages a second."""

    wait_time = constant_throughput(40 / 3)

    @task
    def page(self) -> None:
        """Ask for the page."""
        self.client.get("/")
