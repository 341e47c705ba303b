"""What `loadtest run` hands to Locust."""

from pathlib import Path

from loadtest.swarm.headless import RunRequest


def test_only_what_was_asked_for_is_handed_on() -> None:
    request = RunRequest(profile="demo", host="http://127.0.0.1:1")

    assert request.locust_arguments(Path("told")) == [
        "--headless",
        "--only-summary",
        "--loglevel=WARNING",
        "--nav-embedded=told",
        "--nav-profile=demo",
        "--host=http://127.0.0.1:1",
        "--nav-results=results",
        "--collector-bind=127.0.0.1:0",
    ]


def test_everything_that_was_asked_for_is_handed_on() -> None:
    request = RunRequest(
        profile="p.toml",
        host="http://127.0.0.1:1",
        app="nicegui",
        seed=0,
        settings=("a=1", "b='x; y'"),
        visits=9,
        rate="x2",
        out=Path("here"),
        workers=2,
        require_hooks=True,
        allow_hosts=("a", "b"),
        collector_bind="0.0.0.0:8090",
    )

    arguments = request.locust_arguments(Path("told"))
    (port,) = [text.rpartition("=")[2] for text in arguments if text.startswith("--master-port=")]
    assert arguments[2:] == [
        "--require-hooks",
        "--loglevel=WARNING",
        "--nav-embedded=told",
        "--nav-profile=p.toml",
        "--host=http://127.0.0.1:1",
        "--nav-app=nicegui",
        "--nav-rate=x2",
        "--nav-seed=0",
        "--nav-visits=9",
        "--nav-set=a=1\nb='x; y'\n",
        "--nav-out=here",
        "--nav-results=results",
        "--allow-host=a,b",
        "--collector-bind=0.0.0.0:8090",
        "--processes=2",
        "--master-bind-host=127.0.0.1",
        f"--master-bind-port={port}",
        "--master-host=127.0.0.1",
        f"--master-port={port}",
    ]
    assert int(port) != 5557
