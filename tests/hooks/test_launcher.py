"""Starting an app with the hooks in."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.launcher import environment, run

HOOKS = Path(sys.modules["loadtest.hooks.launcher"].__file__ or "").parent
NODE_HOOK = str(HOOKS / "node" / "hook.cjs")
STARTUP = str(Path(sys.modules["loadtest.hooks.launcher"].__file__ or "").parent / "startup")
LAUNCH = "import sys; from loadtest.hooks.launcher import run; sys.exit(run(sys.argv[1:]))"


def launched(*command: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command under ``launcher.run``."""
    return subprocess.run(
        [sys.executable, "-c", LAUNCH, *command],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def python(source: str, *, env: Mapping[str, str], cwd: Path | None = None) -> Any:
    """Return what an instrumented interpreter prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", "import json, sys\n" + source],
        env=environment(base=env),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, [STARTUP]),
        ({"PYTHONPATH": ""}, [STARTUP]),
        ({"PYTHONPATH": "/srv/app"}, [STARTUP, "/srv/app"]),
        ({"PYTHONPATH": f"/srv/app:{STARTUP}:"}, [STARTUP, "/srv/app", ""]),
    ],
)
def test_the_folder_with_sitecustomize_comes_first_on_pythonpath(
    before: dict[str, str], after: list[str]
) -> None:
    assert environment(base={"A": "b", **before}) == {
        "A": "b",
        "PYTHONPATH": ":".join(after),
        "NODE_OPTIONS": f"--require {NODE_HOOK}",
        "LOADTEST_LAUNCHED": "1",
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"--require {NODE_HOOK}"),
        ("--max-old-space-size=99", f"--require {NODE_HOOK} --max-old-space-size=99"),
        (f"--require {NODE_HOOK} --enable-source-maps", f"--require {NODE_HOOK} --enable-source-maps"),
    ],
)
def test_what_node_requires_first_are_the_hooks_and_its_other_options_stay(before: str, after: str) -> None:
    assert environment(base={"NODE_OPTIONS": before})["NODE_OPTIONS"] == after


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
def test_node_finds_the_hooks_in_a_folder_whose_name_has_blanks_and_quotes(tmp_path: Path) -> None:
    folder = tmp_path / 'with "a blank\\'
    shutil.copytree(HOOKS, folder / "hooks", ignore=shutil.ignore_patterns("__pycache__"))
    launch = "import sys; from hooks.launcher import run; sys.exit(run(sys.argv[1:]))"
    script = "console.log(Boolean(process[Symbol.for('loadtest.hooks')]))"

    done = subprocess.run(
        [sys.executable, "-c", launch, "node", "-e", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("true\n", "")


def test_the_folder_holds_nothing_else_that_an_app_could_import() -> None:
    assert [path.name for path in Path(STARTUP).iterdir() if path.name != "__pycache__"] == [
        "sitecustomize.py"
    ]


def test_a_collectors_address_goes_into_the_environment() -> None:
    made = environment("http://192.0.2.7:8090", {"LOADTEST_TOKEN": "secret"})

    assert (made["LOADTEST_COLLECTOR"], made["LOADTEST_TOKEN"]) == ("http://192.0.2.7:8090", "secret")


def test_the_environment_of_this_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADTEST_SOMETHING", "here")

    assert environment()["LOADTEST_SOMETHING"] == "here"


@pytest.mark.parametrize(("code", "status"), [("", 0), ("import sys; sys.exit(7)", 7)])
def test_the_exit_status_is_the_commands(code: str, status: int) -> None:
    assert launched(sys.executable, "-c", code).returncode == status


def test_a_command_that_a_signal_ends_ends_so() -> None:
    assert launched("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_output_and_arguments_pass_through() -> None:
    done = launched(sys.executable, "-c", "import sys; print(sys.argv[1:])", "-x", "--", "a b")

    assert (done.returncode, done.stdout, done.stderr) == (0, "['-x', '--', 'a b']\n", "")


def test_the_command_takes_this_processs_place() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH, sys.executable, "-c", "import os; print(os.getpid())"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        output, _ = process.communicate(timeout=60)

    assert int(output) == process.pid


def test_signals_that_python_ignores_are_not_ignored_by_the_command() -> None:
    status = launched("sh", "-c", "kill -PIPE $$; echo survived")

    assert (status.returncode, status.stdout) == (-signal.SIGPIPE, "")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([], "no command; say how the app is started: loadtest instrument -- python app.py"),
        ([""], "no command; say how the app is started: loadtest instrument -- python app.py"),
        (["no-such-command-anywhere"], "no-such-command-anywhere: no such command"),
        (["/no/such/file"], "/no/such/file: no such command"),
        (
            ["/etc/passwd"],
            "/etc/passwd: not allowed to run it; a script must be executable, or be given to its interpreter",
        ),
    ],
)
def test_a_command_that_cannot_start_is_told(
    capsys: pytest.CaptureFixture[str], command: list[str], message: str
) -> None:
    ignored = signal.getsignal(signal.SIGPIPE)

    assert run(command) == 104
    assert capsys.readouterr().err == f"loadtest instrument: {message}\n"
    assert signal.getsignal(signal.SIGPIPE) == ignored


def test_a_file_that_is_no_program_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app").write_bytes(b"\x00\x01")
    (tmp_path / "app").chmod(0o755)

    assert run([str(tmp_path / "app")]) == 104
    assert "Exec format error" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("collector", "token", "message"),
    [
        (
            "192.0.2.7:8090",
            "secret",
            "--collector: '192.0.2.7:8090' is not an address such as http://192.0.2.7:8090",
        ),
        (
            "http://192.0.2.7:8090",
            "",
            "--collector: LOADTEST_TOKEN is not set; the run says its token when it starts",
        ),
    ],
)
def test_a_collector_that_cannot_be_used_is_told(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    collector: str,
    token: str,
    message: str,
) -> None:
    monkeypatch.setenv("LOADTEST_TOKEN", token)

    assert run(["true"], collector) == 104
    assert capsys.readouterr().err == f"loadtest instrument: {message}\n"


def test_the_hooks_come_under_a_name_of_their_own_beside_the_apps_own_loadtest(tmp_path: Path) -> None:
    (tmp_path / "loadtest.py").write_text("ours = False")

    answers = python(
        "import loadtest, socketio\n"
        "print(json.dumps([loadtest.ours, '_loadtest_hooks' in sys.modules,"
        " socketio.Server._trigger_event.__module__,"
        " socketio.Server._trigger_event.__code__.co_filename[-18:],"
        " sorted(name for name in sys.modules if name.startswith('loadtest'))]))",
        env=os.environ,
        cwd=tmp_path,
    )

    assert answers == [False, True, "socketio.server", "socketio_server.py", ["loadtest"]]


def test_before_the_app_imports_a_server_nothing_but_the_finder_is_there() -> None:
    source = "print(json.dumps(sorted(sys.modules)))"
    bare = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, sys\nimport __future__, importlib.machinery, importlib.util\n" + source,
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert sorted(set(python(source, env=os.environ)) - set(json.loads(bare.stdout))) == [
        "_loadtest_hooks",
        "_loadtest_hooks.finder",
        "sitecustomize",
    ]


def test_the_apps_own_sitecustomize_runs_in_its_place_and_the_path_is_as_without(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.customized = __file__")
    source = "import sitecustomize\nprint(json.dumps([sys.customized, sitecustomize.__file__, sys.path]))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    bare = subprocess.run(
        [sys.executable, "-c", "import json, sys\n" + source],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert python(source, env=env) == json.loads(bare.stdout)


def test_a_process_that_the_app_starts_has_the_hooks_too() -> None:
    child = "import sys; print('_loadtest_hooks' in sys.modules)"

    assert python(
        "import subprocess\n"
        f"output = subprocess.check_output([sys.executable, '-c', {child!r}])\n"
        "print(json.dumps(output.decode()))",
        env=os.environ,
    ) == ("True\n")


def test_installing_in_an_app_that_the_launcher_has_started_changes_nothing() -> None:
    assert python(
        "import socketio\n"
        "from loadtest import hooks\n"
        "before = socketio.Server._trigger_event, list(sys.meta_path)\n"
        "hooks.install()\n"
        "print(json.dumps(before == (socketio.Server._trigger_event, sys.meta_path)))",
        env=os.environ,
    )


def test_hooks_that_cannot_be_read_are_told_and_the_app_runs(tmp_path: Path) -> None:
    (tmp_path / "hooks" / "startup").mkdir(parents=True)
    (tmp_path / "hooks" / "__init__.py").write_text("syntax error")
    startup = tmp_path / "hooks" / "startup"
    (startup / "sitecustomize.py").write_text((Path(STARTUP) / "sitecustomize.py").read_text())

    done = subprocess.run(
        [sys.executable, "-c", "print('runs')"],
        env={**os.environ, "PYTHONPATH": str(startup)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "runs\n")
    assert done.stderr.startswith("loadtest: no hooks in this process: SyntaxError(")
