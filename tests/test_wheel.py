"""The wheel is complete: installed elsewhere, without the checkout, the whole product works.

The environment it goes into is a fresh one. Its dependencies come from the
running environment, so that the test needs no network; Veritile itself does not.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import cv2
import pytest

from bootstrap import EXTENSION, ROOT
from pictures import person

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the environment is laid out as on Linux")


def build(kind: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment into which the wheel has been installed."""
    wheel = build("wheel", tmp_path_factory.mktemp("wheel"))
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    # A path in a .pth file is searched, but the .pth files in it are not followed:
    # the editable Veritile of this environment stays out of sight.
    dependencies = sysconfig.get_path("purelib")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (environment / "lib" / version / "site-packages" / "dependencies.pth").write_text(dependencies)
    pip = [python, "-m", "pip", "install", "--no-deps", "--no-index", "--ignore-installed", "--quiet", wheel]
    subprocess.run(pip, check=True, capture_output=True, timeout=100)
    return environment / "bin"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".config" / "chromium").mkdir(parents=True)
    return tmp_path


def run(program: Path, home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    unset = ("XDG_", "VERITILE_", "PY", "ORT_", "CI")  # ONNX Runtime also reads who runs it
    env = {key: value for key, value in os.environ.items() if not key.startswith(unset)} | {"HOME": str(home)}
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, timeout=100)


def test_a_picture_is_analysed(programs: Path, home: Path) -> None:
    cv2.imwrite(str(home / "face.jpg"), person()[:, :, ::-1])
    done = run(programs / "veritile", home, "analyze", "--json", "face.jpg")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"]["name"] == "mesonet"
    assert 0 <= answer["frames"][0]["score"] <= 1


def test_the_host_registers_answers_and_judges(programs: Path, home: Path) -> None:
    assert run(programs / "veritile", home, "install").returncode == 0
    manifest = home / ".config/chromium/NativeMessagingHosts/com.veritile.host.json"
    assert json.loads(manifest.read_bytes())["path"] == str(programs / "veritile-host")
    report = json.loads(run(programs / "veritile", home, "doctor", "--json").stdout)
    checks = {check["name"]: check for check in report["checks"]}
    extension = checks.pop("extension")
    assert {check["status"] for check in checks.values()} == {"ok"}, checks
    if (EXTENSION / "dist" / "manifest.json").is_file():
        assert extension["status"] == "ok"
        assert str(programs.parent) in extension["detail"]
    run(programs / "veritile", home, "uninstall")
    assert not manifest.exists()


def test_nothing_is_left_in_the_home_but_the_log(programs: Path, home: Path) -> None:
    # Whatever a library keeps about its use, a device id say, would appear here.
    cv2.imwrite(str(home / "face.jpg"), person()[:, :, ::-1])
    before = set(home.rglob("*"))
    assert run(programs / "veritile", home, "analyze", "face.jpg").returncode == 0
    assert set(home.rglob("*")) == before
    run(programs / "veritile", home, "doctor")
    new = [path for path in home.rglob("*") if path.is_file() and path not in before]
    assert [path.name for path in new] == ["host.log"]


def test_the_source_distribution_carries_what_the_wheel_is_made_of(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"models/mesonet.onnx", "models/mesonet.md", "scripts/wheel_extension.py", "LICENSE"} <= names
    assert not any("node_modules" in name or name.startswith(".venv") for name in names)
    if (EXTENSION / "dist" / "manifest.json").is_file():
        assert "extension/dist/manifest.json" in names
