"""Traces: recorded arrivals out of a file, streamed into counts that a profile's text holds."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from loadtest.errors import ProfileError
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Arrivals, Profile
from loadtest.profile.pacing import Schedule
from loadtest.profile.trace import BINS

STAGE = '[[stages]]\ntrace = "arrivals.csv"\n'
TEXT = f'app.preset = "generic"\n{STAGE}'
FORMS = "seconds, or a time such as 2026-01-31T12:00:00.5Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside a folder that holds a profile."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    return tmp_path / "there"


def loaded(
    folder: Path, trace: bytes | str | None, text: str = TEXT, settings: Iterable[str] = ()
) -> Profile:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    if trace is not None:
        (folder / "arrivals.csv").write_bytes(trace.encode() if isinstance(trace, str) else trace)
    return load_profile(str(folder / "mine.toml"), settings=tuple(settings))


def told(
    folder: Path, trace: bytes | str | None, text: str = TEXT, settings: Iterable[str] = ()
) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        loaded(folder, trace, text, settings)
    return [mistake.removeprefix(f"{folder}/mine.toml: stages[0].") for mistake in caught.value.mistakes]


def due(profile: Profile) -> list[float]:
    return [arrival.due_s for arrival in Schedule(profile.stages, profile.seed).arrivals()]


def test_arrivals_come_again_as_they_were_recorded(folder: Path) -> None:
    profile = loaded(folder, "100\n101\n101.5\n108\n110\n")

    # a place is known to a 2,000th of the length of 10 s
    assert due(profile) == pytest.approx([0, 1, 1.5, 8, 10], abs=10 / BINS)
    assert (profile.duration_s, profile.stages[0].arrivals) == (10.0, Arrivals.CONSTANT)
    assert profile.stages[0].text == "10 s, as recorded in arrivals.csv, 0.5 navigations a second on average"


def test_a_workers_text_needs_no_file(folder: Path) -> None:
    profile = loaded(folder, "1\n2\n4\n", TEXT + "duration_s = 7.1\nrate_per_s = 3.3\n")
    (folder / "arrivals.csv").unlink()

    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


FILES = [
    "time\n0\n1\n4\n",
    "time,path\r\n0,/\r\n1,/a\r\n4,/b",
    b"\xef\xbb\xbf# seconds\n0\n1\n4\n\n\n",
    '"0"\n "1"\n4 \n',
    "1700000000\n1700000001\n1.700000004e9\n",
    "2026-11-28T23:59:58Z\n2026-11-28T23:59:59Z\n2026-11-29T00:00:02Z\n",
    "at;x\n2026-11-28 23:59:58.000\n2026-11-28 23:59:59\n2026-11-29T00:00:02+00:00\n",
    "2026-11-29T00:00:00+02:00\n2026-11-28T22:00:01Z\n2026-11-28T17:00:04-05:00\n",
    b"0,\xff\xfe\x00\n1,\n4\n",
]


@pytest.mark.parametrize("trace", FILES, ids=[str(number) for number in range(len(FILES))])
def test_times_are_seconds_or_iso_8601_with_a_header_or_without(folder: Path, trace: bytes | str) -> None:
    assert due(loaded(folder, trace)) == pytest.approx([0, 1, 4], abs=4 / BINS)


def test_a_duration_squeezes_a_trace_and_brings_as_many(folder: Path) -> None:
    profile = loaded(folder, "0\n1\n4\n", TEXT + "duration_s = 1\n")

    assert due(profile) == pytest.approx([0, 0.25, 1], abs=1 / BINS)


def test_a_mean_rate_scales_a_trace(folder: Path) -> None:
    trace = "".join(f"{second / 10}\n" for second in range(101))
    profile = loaded(folder, trace, TEXT + 'duration_s = 20\nrate_per_s = 50\narrivals = "poisson"\n')

    assert Schedule(profile.stages, 7).expected_count == pytest.approx(1000)
    assert 800 < len(due(profile)) < 1200
    assert profile.stages[0].text.endswith("50 navigations a second on average, poisson")


def test_a_setting_names_a_file_beside_the_profile(folder: Path) -> None:
    (folder / "other.csv").write_text("0\n2\n", encoding="utf-8")

    profile = loaded(folder, "0\n1\n", settings=["stages[0].trace=other.csv"])

    assert profile.duration_s == 2.0


WRONG = [
    (None, ['trace: "arrivals.csv" cannot be read: No such file or directory']),
    ("", [f'trace: "arrivals.csv" holds no times; write one a line, in its first column: {FORMS}']),
    ("time\n", [f'trace: "arrivals.csv" holds no times; write one a line, in its first column: {FORMS}']),
    ("5\n", ['trace: "arrivals.csv" has all its arrivals at one time; it takes two different ones']),
    ("5\n5\n", ['trace: "arrivals.csv" has all its arrivals at one time; it takes two different ones']),
    (
        "0\n\n2\n,x\n3\n",
        [
            f'trace: "arrivals.csv": line 2 is empty; write {FORMS}, or take the line out',
            f'trace: "arrivals.csv": line 4 is empty; write {FORMS}, or take the line out',
        ],
    ),
    (
        "0\nnan\n2\ninf\n",
        [
            'trace: "arrivals.csv": line 2: "nan" is not a finite number',
            'trace: "arrivals.csv": line 4: "inf" is not a finite number',
        ],
    ),
    (
        "time\n5\n4\n4.5\n6\n",
        [
            'trace: "arrivals.csv": line 3: 4 is before 5, which is above it; sort the file by time',
            'trace: "arrivals.csv": line 4: 4.5 is before 5, which is above it; sort the file by time',
        ],
    ),
    ("time\n5\nsoon\n6\n", [f'trace: "arrivals.csv": line 3: "soon" is not {FORMS}']),
    (
        "12:30\n12:31\n",
        [f'trace: "arrivals.csv": line {n}: "12:3{n - 1}" is not {FORMS}' for n in (1, 2)],
    ),
    (
        "0\n1\n2," + 70_000 * "9",
        ['trace: "arrivals.csv" ends in a line that is too long to be one of a trace'],
    ),
]


@pytest.mark.parametrize(("trace", "mistakes"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_what_is_wrong_with_a_file_is_told_line_by_line(
    folder: Path, trace: str | None, mistakes: list[str]
) -> None:
    assert told(folder, trace) == mistakes


def test_a_file_full_of_mistakes_is_told_in_a_few_lines(folder: Path) -> None:
    mistakes = told(folder, "".join(f"x{n}\n" for n in range(20_000)))

    assert len(mistakes) == 11
    assert mistakes[-1] == 'trace: "arrivals.csv": 19,989 more of its lines are wrong'


def test_times_out_of_order_are_told_across_blocks(folder: Path) -> None:
    rows = [f"{n}\n" for n in range(8192)] + ["7\n", "9000\n"]

    assert told(folder, "".join(rows)) == [
        'trace: "arrivals.csv": line 8193: 7 is before 8191, which is above it; sort the file by time'
    ]


def test_a_folder_or_a_pipe_is_no_trace(folder: Path) -> None:
    (folder / "arrivals.csv").mkdir()

    assert told(folder, None) == ['trace: "arrivals.csv" is not a file']


KEYS = [
    (
        "rate_per_s = [1, 2]\n",
        ["rate_per_s: the trace beside it goes its own way; write one number, its mean"],
    ),
    ('shape = "sine"\n', ["shape: the trace beside it has its own; leave one of the two out"]),
    (
        "users = 5\n",
        [
            (
                "users: there is a trace already, for which it takes as many users as are free; "
                "leave one of the two out, or write users.max for the pool"
            )
        ],
    ),
    ("duration_s = 0\n", ["duration_s: 0 is not above 0"]),
    (
        "rate_per_s = 2e5\n",
        [
            (
                "rate_per_s: the trace's peak would be 133,333,333 a second, which is above 1,000,000; "
                "write a lower mean here, or a longer duration_s"
            )
        ],
    ),
]


@pytest.mark.parametrize(("keys", "mistakes"), KEYS, ids=[keys.split()[0] for keys, _ in KEYS])
def test_what_does_not_go_with_a_trace_is_told(folder: Path, keys: str, mistakes: list[str]) -> None:
    assert told(folder, "0\n1\n4\n", TEXT + keys) == mistakes


def test_a_trace_that_cannot_be_read_hides_no_other_mistake(folder: Path) -> None:
    text = 'app.preset = "generic"\nseed = -1\n' + STAGE + "rate_per_s = 0\n"

    assert told(folder, None, text) == [
        'trace: "arrivals.csv" cannot be read: No such file or directory',
        f"{folder}/mine.toml: seed: -1 is below 0",
        "rate_per_s: 0 is not above 0",
    ]


def test_a_text_without_a_file_cannot_name_one() -> None:
    with pytest.raises(ProfileError, match=r'"arrivals.csv" is a file, and only a profile that is read from'):
        parse_profile(TEXT, name="a", source="a")


@pytest.mark.parametrize(
    ("trace", "mistake"),
    [
        ('{ file = "a", length_s = 1, counts = [0, 0] }', "counts: all are 0, so nobody would come"),
        ('{ file = "a", length_s = 1, counts = [1, -1] }', "counts[1]: -1 is below 0"),
        ('{ file = "a", length_s = 0, counts = [1] }', "length_s: 0 is not above 0"),
        ("7", ': 7 is not the name of a CSV file, such as "arrivals.csv"'),
    ],
)
def test_counts_written_by_hand_are_judged(trace: str, mistake: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(f'app.preset = "generic"\n[[stages]]\ntrace = {trace}\n', name="a", source="a")

    assert caught.value.mistakes == [f"a: stages[0].trace{'' if mistake[0] == ':' else '.'}{mistake}"]


MEASURE = """
import resource, sys
from loadtest.profile.load import load_profile
from loadtest.profile.pacing import Schedule
profile = load_profile(sys.argv[1])
print(Schedule(profile.stages, 7).expected_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_million_rows_take_no_more_memory_than_twenty_thousand(folder: Path) -> None:
    def peak_kib(rows: int) -> int:
        with (folder / "arrivals.csv").open("w", encoding="utf-8") as file:
            file.writelines(f"{row / 7:.3f},/page/{row}\n" for row in range(rows))
        loaded = subprocess.run(
            [sys.executable, "-c", MEASURE, str(folder / "mine.toml")],
            capture_output=True,
            text=True,
            check=True,
        )
        count, kib = loaded.stdout.split()
        assert round(float(count)) == rows
        return int(kib)

    (folder / "mine.toml").write_text(TEXT, encoding="utf-8")
    assert peak_kib(1_000_000) < 1.05 * peak_kib(20_000)


def test_a_name_that_no_file_can_have_is_a_mistake(folder: Path) -> None:
    assert told(folder, None, TEXT.replace("arrivals.csv", "a\\u0000b")) == [
        'trace: "a\\u0000b" cannot be read: embedded null byte'
    ]
