"""The rest of the page: the generator's health, the profile as it ran, versions, and how to read it all."""

from collections.abc import Mapping
from typing import Any

from loadtest.navigation.point import POINTS
from loadtest.report import sentences
from loadtest.report.finding_sentences import point
from loadtest.report.html.facts import facts, section
from loadtest.report.html.figures import Figures, ms, percent
from loadtest.report.html.markup import Markup, block, element
from loadtest.report.html.room import Room
from loadtest.report.html.stranger import Clip
from loadtest.report.info import RunInfo
from loadtest.report.limits import LAG_LIMIT_MS
from loadtest.report.run import Run
from loadtest.report.wording import listed

__all__ = ["generator", "how_to_read", "profile", "versions"]

_VERDICTS = {
    None: "Whether it was late is not known.",
    False: f"Not late: its loop was less than {LAG_LIMIT_MS:g} ms late. What latencies tell is the "
    "server's and the network's doing.",
}
_LONGER = (
    "The quiet was longer than meant: a server that still forgets, or whose last word has not come, is given "
    "more time, at most twice as much."
)
_WORDS = {
    "visit, navigation": "One page load and the life of its socket, up to its departure.",
    "departure": f"The point of a connection's life at which a visit leaves, such as {point('P16')}, and the "
    "manner in which it does: by closing the WebSocket, by a TCP reset, by falling silent, and so on.",
    "k of n": "Of the n visits that left at these points, k showed the finding; “others” are all visits that "
    "left elsewhere. A departure is blamed only where chance would give such counts less than once in 1,000.",
    "p50, p95, p99": "Half of the values, 95 %, and 99 % of them are at most this high.",
    "no data": "Nobody knows: it was not measured. It never means 0.",
    "quiet": "The time after the last visit in which the server may forget everybody.",
    "residue": "What the server still holds of visitors when all have left and it has had its quiet.",
    "sids": "Of it, Socket.IO sessions: one for each visit and namespace.",
    "eio_sockets": "Engine.IO connections, which sessions run over.",
    "rooms": "Rooms whose members have all left; each session has one of its own, too.",
    "environs": "What a server keeps of the HTTP requests that opened connections.",
    "pending_disconnects": "Disconnects that were begun and never finished.",
    "upgrade": "The change of one connection from HTTP long-polling to a WebSocket.",
    "threshold": "What the profile asks of the run's figures. One without data never passes.",
    "warm-up": "Run, and left out of all figures but the findings.",
    "exit code": "0 passed, 99 failed, 98 inconclusive, 104 a mistake in the profile, 105 interrupted.",
}


def generator(figures: Figures) -> Markup:
    """Return how the generator fared, and what that means for the figures."""
    told = figures.summary["generator"]
    if told is None:
        words = "No data: the generator did not tell. Whether it was too slow for this load nobody knows."
        return section("generator", "Generator", element("p", words, class_="none"))
    lag = sentences.generator_lag(figures.summary)
    verdict = f"{lag}. Counts and findings stand." if lag else _VERDICTS[told["saturated"]]
    quiet = figures.summary["quiet"]
    is_longer = bool(quiet) and quiet["waited_s"] > quiet["limit_s"]
    here = "generator"
    figures_of = {
        "processes": figures.shown(here, "processes"),
        "CPU of the busiest, of a core": figures.shown(here, "cpu", form=percent),
        "loop lag p99, ms": figures.shown(here, "loop_lag_p99_ms", form=ms),
        "quiet waited for, s": figures.shown("quiet", "waited_s", form=ms),
        "meant to last at most, s": figures.shown("quiet", "limit_s", form=ms),
        "lines of the files that cannot be read": figures.shown("skipped_lines"),
    }
    look = "bad" if sentences.is_generator_full(figures.summary) else "warn" if lag else None
    return section(
        "generator",
        "Generator",
        element("p", verdict, class_=look),
        facts(figures_of, is_wide=True),
        element("p", _LONGER, class_="soft") if is_longer else None,
    )


def profile(info: RunInfo, room: Room) -> Markup:
    """Return the profile as it ran."""
    lines = Clip(room).lines(info.profile_text, room.profile_lines)
    text = element("pre", block(lines, room.longest + 60), class_="toml", tabindex="0")
    return section(
        "profile",
        "Profile",
        element(
            "p", element("code", Clip(room).line(info.profile_source)), f", seed {info.seed}", class_="soft"
        ),
        element("details", element("summary", "Its text as it ran (TOML)"), text),
    )


def versions(run: Run, room: Room) -> Markup:
    """Return what the run was made with."""
    info, ended, clip = run.info, run.info.finished_at, Clip(room)
    processes = run.server.processes if run.server else ()
    runtimes = sorted({process.runtime for process in processes if process.runtime})
    told = {
        **{clip.line(name): clip.line(text) for name, text in list(info.versions.items())[: room.rows]},
        "server processes with hooks": clip.line(listed(runtimes[: room.rows])),
        "started": f"{info.started_at:%Y-%m-%d %H:%M:%S} UTC",
        "finished": f"{ended:%Y-%m-%d %H:%M:%S} UTC" if ended else "",
        "planned duration": f"{info.duration_s:,.10g} s",
        "workers": f"{info.workers:,}",
        "users": f"{info.users:,}",
        "run": info.id,
    }
    return section("versions", "Versions and circumstances", facts(told, is_wide=True))


def how_to_read(summary: Mapping[str, Any]) -> Markup:
    """Return what the words of this page mean, and the points at which visits of this run left."""
    met = {row["at"] for key in ("departures", "heat") for row in summary[key]}
    met.update(at for row in summary["findings"] for at in row["at"])
    points = {point(at): _upper(known.client_has) for at, known in POINTS.items() if at in met}
    return section(
        "reading",
        "How to read this",
        facts(_WORDS),
        element("h3", "Points of this run: how far a visit had come when it left") if points else None,
        facts(points) if points else None,
    )


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
