"""Fuzzing a real app that nobody has described: the profile explore on NiceGUI 2.11.0."""

from pathlib import Path

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import free_port, instrumented, loadtest, only_finding, only_run, served, summary_of

APP = Path(__file__).parent / "apps" / "nicegui_app.py"


@pytest.mark.slow  # 1,450 visits at the profile's own rate
def test_fuzzing_names_the_points_of_the_key_error_with_nobody_telling_it_where(tmp_path: Path) -> None:
    port = free_port()
    command = instrumented(str(python_with("nicegui==2.11.0")), str(APP), str(port))

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "explore", "--host", app.url, "--require-hooks", cwd=tmp_path)
    summary = summary_of(only_run(tmp_path / "results"))

    assert ended.status == 99, ended.output
    assert summary["navigations"]["started"] <= 1500
    finding = only_finding(summary)
    assert (finding["what"], finding["at"]) == ("KeyError in handle_disconnect", ["P15", "P16", "P16b"])
    assert (finding["count"], finding["elsewhere"]) == (finding["of"], 0)
    assert len(summary["points"]) >= 20, summary["points"]
