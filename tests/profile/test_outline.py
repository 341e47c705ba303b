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
