"""What a profile will do, in lines of text."""

from pathlib import Path

from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.outline import outline
from loadtest.profile.picture import Paper

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
        "  in all     6 s, about 60 navigations, at most 30 a second, seed 7",
        "  users      at most 5 at once; a visit takes about 0.5 s besides the server's time",
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
        "full.toml: 10 s, about 100 navigations, at most 10 a second",
        "  app        generic, pages /, socket /socket.io/",
        "  transports websocket, polling",
        "  data       2 rows, one for each user in turn: user, word",
        "  log-in     POST /login, once for each user",
        "  tls        certificates are not verified",
        "  handshake  none is said: visits to P16b, P17, P18, P23 leave at another point",
        "  step 0     emit join in /chat, acknowledged within 2 s, save $token, $seat",
        "  step 1     think uniform 0.1, 0.5 s",
        "  step 2     emit file with 1024 bytes",
        "  step 3     wait for ready in /chat, within 10 s",
        "  stage 0    10 s, 10 navigations a second, constant",
        "  in all     10 s, about 100 navigations, at most 10 a second, seed 0",
        "  users      at most 200 at once; a visit takes about 0.85 s besides the server's time",
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

    assert lines[0] == "a: 1 s, about 1 navigation, at most 1 a second"
    assert lines[-1] == "       1 leave after a stay, as a browser does"


def test_a_handshake_that_is_said_needs_no_word() -> None:
    text = 'app.handshake = { event = "join" }\nstages = [{ duration_s = 1, rate_per_s = 1 }]'

    lines = list(outline(parse_profile(f'app.preset = "generic"\n{text}', name="a", source="a")))

    assert not any(line.startswith("  handshake") for line in lines)


def test_an_app_that_is_not_said_is_told_to_be_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("stages = [{ duration_s = 1, rate_per_s = 1 }]", encoding="utf-8")

    lines = list(outline(load_profile(str(path), finds_app=True)))

    assert lines[1] == "  app        found out at the run, by looking at its page /"


TURNED = """\
app.preset = "generic"
description = "Turned"
[[stages]]
duration_s = 10
rate_per_s = 10
[users]
max = 9
[[departures]]
at = "P16"
[[departures]]
at = "stay"
[[turns]]
at_s = 5
rate = "x3"
[[turns]]
at_s = 5
weights = [1, 0]
[[turns]]
at_s = 9
rate = 20
weights = [0, 1]
"""


def test_turns_are_told_and_change_how_many_leave_where() -> None:
    lines = list(outline(parse_profile(TURNED, name="t", source="t"), files=10_000))

    # 50 in halves, then 4 s at 30 a second that all leave at P16, then 20 that all stay
    assert lines[4:] == [
        "  stage 0    10 s, 10 navigations a second, poisson",
        "  turn 0     from 5 s on: 3 times the planned rate",
        "  turn 1     from 5 s on: departures weigh 1, 0",
        "  turn 2     from 9 s on: 20 navigations a second; departures weigh 0, 1",
        "  in all     10 s, about 190 navigations, at most 30 a second, seed 0",
        "  users      at most 9 at once; a visit takes about 1 s besides the server's time",
        "     145 leave at P16 (read the CONNECT reply, handshake not sent), ws_close",
        "      45 leave after a stay, as a browser does",
        (
            "  too little users.max = 9 carries about 3.4 navigations a second, where a visit takes 2 s and "
            "the server no time; the peak of 20 needs about 34, or visits will be dropped"
        ),
    ]


def test_a_closed_model_is_told_by_its_tabs() -> None:
    text = """\
app.preset = "generic"
dwell_s = 3
[[stages]]
duration_s = 10
users = [0, 20]
[[stages]]
duration_s = 20
users = 20
[users]
wait_s = { uniform = [0, 2] }
"""

    # 100 and 400 seconds of tabs, in rounds of 4 s
    assert list(outline(parse_profile(text, name="c", source="c")))[4:] == [
        "  stage 0    10 s, from 0 to 20 tabs at work",
        "  stage 1    20 s, 20 tabs at work",
        "  in all     30 s, 20 tabs at work, at most about 125 navigations, seed 0",
        (
            "  users      closed: each tab goes on when it is done; uniform 0, 2 s between two visits, "
            "and a visit takes about 3 s besides the server's time"
        ),
        "     125 leave after a stay, as a browser does",
    ]


def test_a_closed_model_whose_visits_take_no_time_tells_shares() -> None:
    text = """\
app.preset = "generic"
[[stages]]
duration_s = 10
[users]
max = 7
[[departures]]
at = "P16"
weight = 3
[[departures]]
at = "P14"
"""

    lines = list(outline(parse_profile(text, name="c", source="c")))

    assert lines[5] == "  in all     10 s, 7 tabs at work, seed 0"
    assert [line[:17] for line in lines[-2:]] == ["   75.0% leave at", "   25.0% leave at"]


def test_the_picture_stands_between_the_schedule_and_who_leaves() -> None:
    lines = list(outline(parse_profile(TEXT, name="few", source="few.toml"), Paper(50)))

    above, below = (index for index, line in enumerate(lines) if not line)
    assert lines[above - 1].startswith("  in all")
    assert lines[above + 1] == "  navigations a second"
    assert lines[below + 1].startswith("  users")
