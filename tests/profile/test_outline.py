"""What a profile will do, in lines of text."""

from pathlib import Path

from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.outline import outline

TEXT = """\
description = "A few"
seed = 7
max_visits = 60
[app]
preset = "nicegui"
pages = ["/", "/b"]
[[stages]]
duration_s = 4
rate_per_s = [0, 30]
[[stages]]
duration_s = 2
rate_per_s = 20
arrivals = "constant"
[users]
max = 5
[[departures]]
at = "P16"
manner = "rst"
weight = 3
[[departures]]
at = "stay"
[[departures]]
after_s = { uniform = [0.5, 1] }
[[departures]]
after_s = 0.25
manner = "fin"
[thresholds]
"server.errors" = ["count==0"]
"phases.page" = ["p(95)<200", "max<1000"]
"""


def test_an_outline_tells_rates_departures_and_thresholds() -> None:
    assert list(outline(parse_profile(TEXT, name="few", source="few.toml"))) == [
        "few.toml: A few",
        "  app        nicegui, pages /, /b, socket /_nicegui_ws/socket.io/",
        "  transports websocket",
        "  stage 0    4 s, from 0 to 30 navigations a second, poisson",
        "  stage 1    2 s, 20 navigations a second, constant",
        "  in all     6 s, about 60 navigations, seed 7",
        "  users      at most 5 at once",
        "      30 leave at P16 (read the CONNECT reply, handshake not sent), rst",
        "      10 leave after a stay, as a browser does",
        "      10 leave by the clock (uniform 0.5, 1 s), ws_close",
        "      10 leave by the clock (constant 0.25 s), fin",
        "  threshold  server.errors: count==0",
        "  threshold  phases.page: p(95)<200, max<1000",
    ]


FULL = """\
[app]
preset = "generic"
namespaces = ["/chat"]
transports = ["websocket", "polling"]
login = { path = "/login", form = { user = "$user" } }
data = [{ user = "ann", word = "x" }, { user = "bob", word = "y" }]
tls = { verify = false }
[[app.steps]]
emit = "join"
data = { me = "$user" }
ack = true
within_s = 2
save = { token = "[0]", seat = "[1]" }
[[app.steps]]
think_s = { uniform = [0.1, 0.5] }
[[app.steps]]
emit = "file"
bytes = 1024
namespace = "/"
[[app.steps]]
wait_for = "ready"
[[stages]]
duration_s = 10
rate_per_s = 10
arrivals = "constant"
[users]
journey = { navigate = 6, reload = 3, back = 0, reconnect = 1 }
[[departures]]
at = "stay"
[[departures]]
at = "P16"
manner = "fin"
jitter_s = 0.2
[[departures]]
after_s = { exponential = 0.2 }
from = "handshake"
manner = "rst"
transport = "polling"
[[departures]]
at = "P08"
manner = "fin"
transport = "upgrade"
[[assertions]]
name = "greeted"
event = "welcome"
times = 1
equals = ["hello"]
[[assertions]]
name = "beat"
event = "beat"
namespace = "/"
every_s = 2
[[assertions]]
name = "joined"
ack = "join"
within_s = 0.5
[[gauges]]
name = "clients"
value = "len(app.state:clients)"
"""


def test_an_outline_tells_who_comes_how_and_what_they_do_and_must_see() -> None:
    assert list(outline(parse_profile(FULL, name="full", source="full.toml"))) == [
        "full.toml: no description",
        "  app        generic, pages /, socket /socket.io/",
        "  transports websocket, polling",
        "  data       2 rows, one for each user in turn: user, word",
        "  log-in     POST /login, once for each user",
        "  tls        certificates are not verified",
        "  step 0     emit join in /chat, acknowledged within 2 s, save $token, $seat",
        "  step 1     think uniform 0.1, 0.5 s",
        "  step 2     emit file with 1024 bytes",
        "  step 3     wait for ready in /chat, within 10 s",
        "  stage 0    10 s, 10 navigations a second, constant",
        "  in all     10 s, about 100 navigations, seed 0",
        "  users      at most 200 at once",
        "  journey    navigate 60%, reload 30%, reconnect 10%",
        "      25 leave after a stay, as a browser does, over websocket and polling",
        (
            "      25 leave at P16 (read the CONNECT reply, handshake not sent) and uniform 0, 0.2 s, fin, "
            "over websocket and polling"
        ),
        "      25 leave by the clock (exponential 0.2 s after handshake began), rst, over polling",
        "      25 leave at P08 (upgrade: read 101, no probe sent), fin, over upgrade",
        "  assertion  greeted: event welcome in /chat, just once, within 2 s of handshake, with ['hello']",
        "  assertion  beat: event beat, again and again, at least every 2 s",
        "  assertion  joined: acknowledgement of join in /chat, within 0.5 s",
        "  gauge      clients: len(app.state:clients), read by the hooks",
    ]


def test_departures_everywhere_are_told_point_by_point() -> None:
    lines = list(outline(load_profile("explore", app="nicegui", max_visits=1000)))

    leaving = [line for line in lines if " leave " in line]
    assert len(leaving) < 40
    assert any(
        line.endswith("leave at P16 (read the CONNECT reply, handshake not sent), in 6 manners")
        or "in 6 manners, over" in line
        for line in leaving
    )


def test_a_profile_without_a_description_is_outlined_too() -> None:
    text = 'app.preset = "generic"\nstages = [{ duration_s = 1, rate_per_s = 1 }]'

    lines = list(outline(parse_profile(text, name="a", source="a")))

    assert lines[0] == "a: no description"
    assert lines[-1] == "       1 leave after a stay, as a browser does"


def test_an_app_that_is_not_said_is_told_to_be_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("stages = [{ duration_s = 1, rate_per_s = 1 }]", encoding="utf-8")

    lines = list(outline(load_profile(str(path), finds_app=True)))

    assert lines[1] == "  app        found out at the run, by looking at its page /"
