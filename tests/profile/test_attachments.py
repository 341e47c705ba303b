"""Files that a profile names."""

from pathlib import Path
from typing import Any

import pytest

from loadtest.apps.app import Tls
from loadtest.errors import ProfileError
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from tests.transport.certificates import CERTIFICATE

TEXT = """\
[app]
pages = ["/"]
data = "accounts.csv"
cookies = { user = "$user" }
auth = { token = "$token" }
login = { path = "/login", form = { name = "$user", word = "$token" } }

[[app.steps]]
emit = "hello"
data = { me = "$user" }

[[stages]]
duration_s = 1
rate_per_s = 1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside a folder that holds a profile."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    return tmp_path / "there"


def loaded(folder: Path, csv: bytes | str | None, text: str = TEXT, **options: Any) -> Profile:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    if csv is not None:
        (folder / "accounts.csv").write_bytes(csv.encode() if isinstance(csv, str) else csv)
    return load_profile(str(folder / "mine.toml"), **options)


def told(folder: Path, csv: bytes | str | None, text: str = TEXT, **options: Any) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        loaded(folder, csv, text, **options)
    return [mistake.removeprefix(f"{folder}/mine.toml: ") for mistake in caught.value.mistakes]


def rows(folder: Path, csv: bytes | str) -> list[dict[str, str]]:
    return [dict(row) for row in loaded(folder, csv).app.access.rows]


def test_rows_are_read_beside_the_profile_and_stand_in_its_text(folder: Path) -> None:
    profile = loaded(folder, "user,token\nann,1\nbob,2\n")
    assert [dict(row) for row in profile.app.access.rows] == [
        {"user": "ann", "token": "1"},
        {"user": "bob", "token": "2"},
    ]
    (folder / "accounts.csv").unlink()
    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


CELLS = [
    ("user,token\r\nann,1\r\n", [{"user": "ann", "token": "1"}]),
    (b"\xef\xbb\xbfuser,token\nann,1", [{"user": "ann", "token": "1"}]),
    ('user,token\n"a, ""b""",1\n', [{"user": 'a, "b"', "token": "1"}]),
    ('user,token\n"a\nb\r\nc",1\n', [{"user": "a\nb\r\nc", "token": "1"}]),
    ("user,token\na\u2028b\x0bc\x85,ü\n", [{"user": "a\u2028b\x0bc\x85", "token": "ü"}]),
    ("user,token\n,\n\nann,\n", [{"user": "", "token": ""}, {"user": "ann", "token": ""}]),
    ("user,token\n ann ,$x\n", [{"user": " ann ", "token": "$x"}]),
]


@pytest.mark.parametrize(("csv", "cells"), CELLS, ids=[str(number) for number in range(len(CELLS))])
def test_cells_are_kept_as_they_are(folder: Path, csv: bytes | str, cells: list[dict[str, str]]) -> None:
    assert rows(folder, csv) == cells
    profile = loaded(folder, csv)
    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


WRONG: list[tuple[bytes | str | None, str]] = [
    (None, "cannot be read: No such file or directory"),
    (b"user,token\n\xff,1\n", "cannot be read: it is not UTF-8"),
    ("", "has no rows; write a header, and a line for each tab"),
    ("user,token\n", "has no rows; write a header, and a line for each tab"),
]


@pytest.mark.parametrize(("csv", "wrong"), WRONG, ids=[wrong for _, wrong in WRONG])
def test_a_file_without_rows_is_told_and_nothing_that_follows_from_it(
    folder: Path, csv: bytes | str | None, wrong: str
) -> None:
    assert told(folder, csv) == [f'app.data: "accounts.csv" {wrong}']


WRONG_LINES = [
    ("user,token\nann,1\nbob\n", "line 3 has not as many cells as the header"),
    ("user,token\nann,1,2\n", "line 2 has not as many cells as the header"),
    ('user,token\n"ann,1\n', "line 2: unexpected end of data"),
    ('user,token\n"ann"x,1\n', "line 2: ',' expected after '\"'"),
    ("user,to ken\nann,1\n", '"to ken" is no name for a column: letters, digits and _, no digit first'),
    ("user,\nann,1\n", '"" is no name for a column: letters, digits and _, no digit first'),
    ("user,user\nann,1\n", "there are two columns user"),
    ("user,tab_id\nann,1\n", "the column tab_id is filled in by every visit; take another name"),
]


@pytest.mark.parametrize(("csv", "wrong"), WRONG_LINES, ids=[wrong for _, wrong in WRONG_LINES])
def test_a_wrong_line_or_column_is_told_with_its_place(folder: Path, csv: str, wrong: str) -> None:
    assert told(folder, csv) == [f'app.data: "accounts.csv": {wrong}']


def test_more_rows_than_any_run_has_tabs_are_told(folder: Path) -> None:
    csv = "user,token\n" + "a,b\n" * 100_001
    assert told(folder, csv) == ['app.data: "accounts.csv" has 100,001 rows, which is above 100,000']


def test_names_that_no_column_has_are_told_all_at_once(folder: Path) -> None:
    assert told(folder, "name\nann\n") == [
        "app.cookies.user: $user is not known ($$ is a dollar sign); known: name",
        "app.login.form.name: $user is not known ($$ is a dollar sign); known: name",
        "app.login.form.word: $token is not known ($$ is a dollar sign); known: name",
        (
            "app.auth.token: $token is not known ($$ is a dollar sign); "
            "known: tab_id, document_id, navigation, name"
        ),
    ]


def test_other_mistakes_are_told_beside_a_file_that_is_not_there(folder: Path) -> None:
    assert told(folder, None, TEXT.replace("rate_per_s = 1", "rate_per_s = -1")) == [
        'app.data: "accounts.csv" cannot be read: No such file or directory',
        "stages[0].rate_per_s: -1 is not above 0",
    ]


def test_a_file_of_an_app_that_is_named_on_the_command_line_lies_beside_that(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "app.toml").write_text('[app]\ndata = "accounts.csv"\npages = ["/"]\nquery = {}\n')
    (other / "accounts.csv").write_text("user\nzoe\n")
    profile = loaded(folder, "user,token\nann,1\n", app=str(other / "app.toml"))
    assert [dict(row) for row in profile.app.access.rows] == [{"user": "zoe"}]
    assert told(folder, None, app=str(other / "app.toml"), settings=["app.data=none.csv"]) == [
        '--set app.data=none.csv: app.data: "none.csv" cannot be read: No such file or directory'
    ]


def test_a_text_can_not_name_a_file(folder: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(TEXT, name="mine", source="mine.toml")
    assert caught.value.mistakes == [
        'mine.toml: app.data: "accounts.csv" cannot be read here; only a profile out of a file may name one'
    ]
    assert folder.is_dir()


WITH_CA = TEXT.replace('data = "accounts.csv"', 'tls = { ca_file = "ca.pem" }').split("cookies")[0]
WITH_CA += "[[stages]]\nduration_s = 1\nrate_per_s = 1\n"
WITH_CA = WITH_CA.replace('pages = ["/"]', 'preset = "nicegui"')


def test_an_authoritys_certificate_stands_in_the_profiles_text(folder: Path) -> None:
    (folder / "ca.pem").write_bytes(CERTIFICATE.read_bytes())
    profile = loaded(folder, None, WITH_CA)
    assert profile.app.access.tls == Tls(CERTIFICATE.read_text(), verify=True)
    (folder / "ca.pem").unlink()
    assert parse_profile(profile.text, name=profile.name, source=profile.source) == profile


@pytest.mark.parametrize(
    "pem", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_a_certificate_is_told(folder: Path, pem: str) -> None:
    (folder / "ca.pem").write_text(pem)
    assert told(folder, None, WITH_CA) == ['app.tls.ca_file: "ca.pem" holds no certificate in PEM form']


def test_a_certificate_that_is_not_there_is_told(folder: Path) -> None:
    assert told(folder, None, WITH_CA) == [
        'app.tls.ca_file: "ca.pem" cannot be read: No such file or directory'
    ]


def test_both_files_are_told(folder: Path) -> None:
    text = TEXT.replace('data = "accounts.csv"', 'data = "accounts.csv"\ntls = { ca_file = "ca.pem" }')
    assert told(folder, None, text) == [
        'app.data: "accounts.csv" cannot be read: No such file or directory',
        'app.tls.ca_file: "ca.pem" cannot be read: No such file or directory',
    ]


def test_certificates_go_unverified_only_where_it_is_written(folder: Path) -> None:
    text = WITH_CA.replace('ca_file = "ca.pem"', "verify = false")
    assert loaded(folder, None, text).app.access.tls == Tls(None, verify=False)


@pytest.mark.parametrize(("key", "at"), [("data", "app.data"), ("tls.ca_file", "app.tls.ca_file")])
def test_a_name_that_no_file_can_have_is_a_mistake(folder: Path, key: str, at: str) -> None:
    text = f'[app]\n{key} = "a\\u0000b"\n[[stages]]\nduration_s = 1\nrate_per_s = 1\n'

    with pytest.raises(ProfileError) as caught:
        loaded(folder, None, text)

    assert any(
        f'{at}: "a\\u0000b" cannot be read: embedded null byte' in one for one in caught.value.mistakes
    )
