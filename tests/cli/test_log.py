"""The standard streams of a step of a GitHub workflow."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.cli.log import NeutralStream, guarded_log
from tests.report.test_github import obeyed


def test_a_line_is_passed_on_when_it_is_whole() -> None:
    out = io.StringIO()
    stream = NeutralStream(out)

    stream.write("a")
    stream.flush()
    assert out.getvalue() == ""
    stream.write("b\nc")
    assert out.getvalue() == "ab\n"
    stream.finish()
    assert out.getvalue() == "ab\nc"


@given(st.lists(st.text(st.sampled_from(":#[]e \n"), max_size=5), max_size=12))
def test_in_whatever_pieces_it_is_written_no_line_is_a_command(pieces: list[str]) -> None:
    out = io.StringIO()
    stream = NeutralStream(out)

    stream.writelines(pieces)
    stream.finish()

    assert obeyed(out.getvalue()) == []
    assert out.getvalue().count("\n") == "".join(pieces).count("\n")


def test_only_a_step_of_a_workflow_is_guarded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with guarded_log():
        print("::error::out")
        print("::error::err", end="", file=sys.stderr)
        assert sys.stdout.encoding.lower() == "utf-8"
    monkeypatch.delenv("GITHUB_ACTIONS")
    with guarded_log():
        print("::error::free")

    assert capsys.readouterr() == ("\\::error::out\n::error::free\n", "\\::error::err")
