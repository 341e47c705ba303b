"""The rest of the page: the generator's health, the profile as it ran, versions, and how to read it all."""

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
    None: "Whether it was saturated is not known.",
    True: f"Saturated: its loop was over {LAG_LIMIT_MS:g} ms late. Latencies are told too high by up to as "
    "much; counts and findings stand. Use more workers or a lower rate.",
    False: f"Not saturated: its loop was less than {LAG_LIMIT_MS:g} ms late. What latencies tell is the "
    "server's and the network's doing.",
}
_WORDS = {
    "navigation": "One page load and the life of its socket, up to its departure.",
    "departure": f"The point of a connection's life at which a visit leaves, such as {point('P16')}, and the "
    "manner in which it does: by closing the WebSocket, by a TCP reset, by falling silent, and so on.",
    "k of n": "Of the n visits that left at these points, k showed the finding; “others” are all visits that "
    "left elsewhere. A departure is blamed only where chance would give such counts less than once in 1,000.",
    "p50, p95, p99": "Half of the values, 95 %, and 99 % of them are at most this high.",
    "no data": "Nobody knows: it was not measured. It never means 0.",
    "residue": "What the server still holds of visitors when all have left and it has had its quiet.",
    "threshold": "What the profile asks of the run's figures. One without data never passes.",
    "warm-up": "Run, and left out of all figures but the findings.",
    "exit code": "0 passed, 99 failed, 98 inconclusive, 104 a mistake in the profile, 105 interrupted.",
}


def generator(figures: Figures) -> Markup:
    """Return how the generator fared, and what that means for the figures."""
    told = figures.summary["generator"]
    if told is None:
        words = "No data: the generator did not tell. Whether it was too slow for this load nobody knows."
        return section("generator", "The generator's health", element("p", words, class_="none"))
    verdict = _VERDICTS[told["saturated"]]
    here = "generator"
    figures_of = {
        "processes": figures.shown(here, "processes"),
        "CPU of the busiest, of a core": figures.shown(here, "cpu", form=percent),
        "loop lag p99, ms": figures.shown(here, "loop_lag_p99_ms", form=ms),
        "quiet waited for, s": figures.shown("quiet", "waited_s", form=ms),
        "of at most, s": figures.shown("quiet", "limit_s", form=ms),
        "lines of the files that cannot be read": figures.shown("skipped_lines"),
    }
    look = "bad" if told["saturated"] else None
    return section(
        "generator",
        "The generator's health",
        element("p", verdict, class_=look),
        facts(figures_of, is_wide=True),
    )


def profile(info: RunInfo, room: Room) -> Markup:
    """Return the profile as it ran."""
    lines = Clip(room).lines(info.profile_text, room.profile_lines)
    text = element("pre", block(lines, room.longest + 60), class_="toml", tabindex="0")
    return section(
        "profile",
        "The profile as it ran",
        element(
            "p", element("code", Clip(room).line(info.profile_source)), f", seed {info.seed}", class_="soft"
        ),
        element("details", element("summary", "Its text (TOML)"), text, open=""),
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


def how_to_read() -> Markup:
    """Return what the words of this page mean."""
    return section("reading", "How to read this", facts(_WORDS))
