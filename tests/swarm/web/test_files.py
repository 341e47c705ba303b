"""Which of a run's files are handed out, and which are not."""

import os
from pathlib import Path

import pytest

from loadtest.swarm.web.files import RunFile, list_files, open_file, read_blocks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder, and beside it what is nobody's business."""
    (tmp_path / "secret.txt").write_text("secret")
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").write_text("{}")
    (run / "navigations.jsonl").write_bytes(b"line\n" * 200_000)
    (run / ".hidden").write_text("not yet whole")
    (run / "inside").mkdir()
    (run / "inside" / "deep.txt").write_text("deep")
    (run / "link").symlink_to(tmp_path / "secret.txt")
    (run / "link_inside").symlink_to(run / "run.json")
    os.mkfifo(run / "pipe")
    return run


def test_a_folders_own_regular_files_are_listed_by_name(folder: Path) -> None:
    assert list_files(folder) == [RunFile("navigations.jsonl", 1_000_000), RunFile("run.json", 2)]


def test_a_folder_that_was_taken_away_has_no_files(tmp_path: Path) -> None:
    assert list_files(tmp_path / "gone") == []


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..",
        ".",
        "",
        "/etc/passwd",
        "inside/deep.txt",
        "inside",
        "link",
        "link_inside",
        "pipe",
        ".hidden",
        "run.json/",
        "run.json\0",
        "missing",
    ],
)
def test_nothing_else_is_opened(folder: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        open_file(folder, name)


def test_a_link_that_takes_a_files_place_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list_files(folder)
    (folder / "run.json").unlink()
    (folder / "run.json").symlink_to(folder.parent / "secret.txt")
    monkeypatch.setattr("loadtest.swarm.web.files.list_files", lambda _: seen)

    with pytest.raises(FileNotFoundError):
        open_file(folder, "run.json")


def test_a_file_that_grows_ends_where_it_was_announced_to(folder: Path) -> None:
    file, size_bytes = open_file(folder, "navigations.jsonl")
    with (folder / "navigations.jsonl").open("ab") as growing:
        growing.write(b"more\n")

    blocks = list(read_blocks(file, size_bytes))

    assert [len(block) for block in blocks] == [262_144, 262_144, 262_144, 213_568]
    assert file.closed
