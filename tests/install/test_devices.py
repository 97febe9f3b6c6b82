"""After `veritile install` the model runs on the best device there is, without another command.

A provider that every build of ONNX Runtime offers, and that no process of ours may use, stands in
for a device whose driver fails.
"""

from __future__ import annotations

import json
from pathlib import Path

import onnxruntime as ort
import pytest
from click.testing import CliRunner

from tiny_model import write_tiny_model
from veritile.cli import main
from veritile.frame import providers
from veritile.frame.card import read_card
from veritile.frame.providers import CPU, Provider
from veritile.frame.trial import Trial
from veritile.install import devices, doctor
from veritile.install.browsers import Machine
from veritile.install.checks import Check, Status
from veritile.native.status import chosen_model

AZURE = "AzureExecutionProvider"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has started Chromium."""
    monkeypatch.setenv("VERITILE_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.setenv("VERITILE_MODEL", str(write_tiny_model(tmp_path)))
    monkeypatch.setenv(providers.CACHE_DIR_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(providers.PROVIDER_VARIABLE, raising=False)
    machine = Machine.at("linux", tmp_path, {})
    (machine.profiles / "chromium").mkdir(parents=True)
    monkeypatch.setattr(Machine, "current", lambda: machine)
    return tmp_path


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the CPU."""
    if AZURE not in ort.get_available_providers():
        pytest.skip("this build of ONNX Runtime offers no other")
    monkeypatch.setattr(providers, "ALLOWED", (Provider(AZURE, lambda: "1"), *providers.ALLOWED))


@pytest.mark.usefixtures("home")
def test_where_there_is_the_cpu_alone_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "ALLOWED", tuple(each for each in providers.ALLOWED if each.name == CPU))
    assert devices.untried() == []
    told = CliRunner().invoke(main, ["install"])
    assert told.exit_code == 0
    assert "Trying" not in told.output


@pytest.mark.usefixtures("device")
def test_installing_tries_each_device_once_and_notes_the_best(home: Path) -> None:
    told = CliRunner().invoke(main, ["install"])
    assert told.exit_code == 0
    assert "Trying Azure, which may take minutes" in told.output
    assert "The model runs on CPU: " in told.output
    assert "Not on Azure: its process ended with status 1." in told.output
    (noted,) = json.loads((home / "cache" / providers.CACHE_FILE).read_text()).values()
    assert noted["winner"] == CPU
    assert "Trying" not in CliRunner().invoke(main, ["install"]).output


@pytest.mark.usefixtures("device")
def test_the_doctor_says_when_a_new_driver_makes_a_trial_void(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider() -> Check:
        checks = doctor.examine(launcher=home / "none")  # without a host: it would not be asked for this
        return next(check for check in checks if check.name == "provider")

    card, choice = read_card(chosen_model()), providers.available()
    providers.note(card.sha256, choice, providers.named(CPU))
    assert provider().status is Status.OK
    newer = (Provider(AZURE, lambda: "2"), *(each for each in providers.ALLOWED if each.name != AZURE))
    monkeypatch.setattr(providers, "ALLOWED", newer)
    assert (provider().status, provider().detail) == (Status.FAILED, "Azure not tried here yet")
    assert provider().remedy.endswith("veritile bench")


@pytest.mark.usefixtures("home", "device")
def test_the_users_choice_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(providers.PROVIDER_VARIABLE, CPU)
    assert devices.untried() == []


@pytest.mark.usefixtures("device")
def test_a_model_that_cannot_be_read_does_not_keep_the_host_from_being_registered(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERITILE_MODEL", str(home / "none.onnx"))
    told = CliRunner().invoke(main, ["install"])
    assert told.exit_code == 0
    assert "The model cannot be tried:" in told.output
    assert list(home.rglob("com.veritile.host.json"))


def test_what_trials_came_to_is_told() -> None:
    cuda, openvino = "CUDAExecutionProvider", "OpenVINOExecutionProvider"
    trials = [
        Trial(cuda, ms=0.5),
        Trial("DmlExecutionProvider", problem="no driver"),
        Trial(openvino, ms=2.5),
        Trial(CPU, ms=2.0),
    ]
    assert devices.told(trials).splitlines() == [
        "The model runs on CUDA: 0.5 ms a face, against 2.0 ms a face on the CPU.",
        "Not on Dml: no driver.",
        "Not on OpenVINO: 2.5 ms a face.",
    ]
    assert devices.told([Trial(cuda, problem="?"), Trial(CPU, ms=2.0)]).splitlines() == [
        "The model runs on CPU: 2.0 ms a face.",
        "Not on CUDA: ?.",
    ]
