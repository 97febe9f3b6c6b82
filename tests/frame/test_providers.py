"""Which device runs the model: real sessions of ONNX Runtime, and devices that are not what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from tiny_model import SIZE, write_tiny_model
from veritile.frame import providers, trial
from veritile.frame.card import Card, read_card
from veritile.frame.model import Model
from veritile.frame.providers import CPU, Provider, named
from veritile.frame.trial import Trial, attempt, winner

AZURE = Provider("AzureExecutionProvider", lambda: "1")
"""Every build of ONNX Runtime offers it, and runs nothing of a network on it: it stands in for a device."""
DEVICE, OTHER = "CUDAExecutionProvider", "OpenVINOExecutionProvider"


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return read_card(str(write_tiny_model(tmp_path)))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(providers.CACHE_DIR_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(providers.PROVIDER_VARIABLE, raising=False)
    return tmp_path / "cache" / providers.CACHE_FILE


class TestList:
    def test_only_what_is_allowed_is_asked_for(self) -> None:
        offered = ["AzureExecutionProvider", CPU, "TensorrtExecutionProvider", DEVICE]
        assert [each.name for each in providers.available(offered)] == [
            DEVICE,
            "TensorrtExecutionProvider",
            CPU,
        ]

    def test_what_this_onnx_runtime_offers_is_asked(self) -> None:
        assert CPU in [each.name for each in providers.available()]
        assert {each.name for each in providers.available()} <= set(ort.get_available_providers())

    @pytest.mark.parametrize("provider", providers.ALLOWED, ids=lambda provider: provider.name)
    def test_a_driver_that_is_not_there_has_no_version(self, provider: Provider) -> None:
        assert isinstance(providers.driver_of(provider), str)


class TestCache:
    offered = (DEVICE, OTHER, CPU)

    def noted(self, sha256: str = "a" * 64, name: str = OTHER) -> None:
        providers.note(sha256, providers.available(self.offered), named(name))

    def test_a_winner_is_used_until_something_is_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert providers.chosen("a" * 64, self.offered).name == CPU, "nothing has been tried"
        self.noted()
        assert providers.chosen("a" * 64, self.offered).name == OTHER
        assert providers.chosen("b" * 64, self.offered).name == CPU, "another model"
        assert providers.chosen("a" * 64, (OTHER, CPU)).name == CPU, "other devices"
        newer = tuple(replace(each, driver=lambda: "newer") for each in providers.ALLOWED)
        monkeypatch.setattr(providers, "ALLOWED", newer)
        assert providers.chosen("a" * 64, self.offered).name == CPU, "another driver"

    def test_a_new_driver_asks_for_another_trial_where_the_cpu_had_won(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.noted(name=CPU)
        assert providers.noted("a" * 64, providers.available(self.offered)) == CPU
        newer = [
            replace(each, driver=lambda: "newer") if each.name == DEVICE else each
            for each in providers.ALLOWED
        ]
        monkeypatch.setattr(providers, "ALLOWED", newer)
        assert providers.noted("a" * 64, providers.available(self.offered)) is None

    def test_the_user_has_the_last_word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.noted()
        monkeypatch.setenv(providers.PROVIDER_VARIABLE, CPU)
        assert providers.chosen("a" * 64, self.offered).name == CPU
        monkeypatch.setenv(providers.PROVIDER_VARIABLE, "AzureExecutionProvider")
        assert providers.chosen("a" * 64, self.offered).name == CPU, "not allowed"

    @pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}', "\x00"])
    def test_a_damaged_cache_is_none(self, cache: Path, content: str) -> None:
        cache.parent.mkdir()
        cache.write_text(content)
        assert providers.chosen("a" * 64, self.offered).name == CPU
        self.noted()
        assert providers.chosen("a" * 64, self.offered).name == OTHER

    def test_a_cache_that_cannot_be_written_stops_nothing(self, cache: Path) -> None:
        cache.parent.write_text("a file, not a folder")
        self.noted()
        assert providers.chosen("a" * 64, self.offered).name == CPU


class TestWinner:
    cpu = Trial(CPU, ms=2.0, cpu_ms=2.0)

    @pytest.mark.parametrize(
        ("trials", "name"),
        [
            ([cpu], CPU),
            ([Trial(DEVICE, ms=1.0), cpu], DEVICE),
            ([Trial(DEVICE, ms=1.0), Trial(OTHER, ms=0.5), cpu], OTHER),
            ([Trial(DEVICE, ms=1.9), cpu], CPU),
            ([Trial(DEVICE, ms=1.0, cpu_ms=2.5), cpu], CPU),
            ([Trial(DEVICE, problem="it answers otherwise", ms=0.1), cpu], CPU),
            ([Trial(DEVICE, problem="no driver"), Trial(CPU, problem="?")], CPU),
        ],
    )
    def test_the_fastest_that_works_and_is_worth_it(self, trials: list[Trial], name: str) -> None:
        assert winner(trials) == name


class TestTrial:
    def test_the_cpu_runs_everything_and_agrees_with_itself(self, card: Card) -> None:
        seen = attempt(card, named(CPU))
        assert (seen.problem, seen.share, seen.difference) == ("", 1.0, 0.0)
        assert seen.ms > 0
        assert seen.memory > 1 << 20

    @pytest.mark.skipif("AzureExecutionProvider" not in ort.get_available_providers(), reason="not offered")
    def test_a_device_that_leaves_the_work_to_the_cpu_is_found_out(self, card: Card) -> None:
        assert "0% of the work" in attempt(card, AZURE).problem

    def test_a_device_that_is_absent_is_found_out(self, card: Card) -> None:
        with pytest.warns(UserWarning, match="not in available provider names"):
            problem = attempt(card, named("DmlExecutionProvider")).problem
        assert problem == f"ONNX Runtime uses {CPU} instead"

    def test_other_answers_are_found_out(self, card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
        """A CPU whose answers are off by 0.002, in the place of a device that rounds."""
        exact = Model.log_odds
        answers: list[int] = []

        def rounded(self: Model, crop: np.ndarray) -> float:
            answers.append(1)
            return exact(self, crop) + (0.002 if 4 <= len(answers) <= 11 else 0)

        monkeypatch.setattr(Model, "log_odds", rounded)
        assert "answers otherwise" in attempt(card, named(CPU)).problem

    def test_it_is_made_in_a_process_of_its_own_and_noted(self, card: Card, cache: Path) -> None:
        (seen,) = trial.compare(str(card.file), [named(CPU)])
        assert (seen.provider, seen.problem) == (CPU, "")
        (entry,) = json.loads(cache.read_text()).values()
        assert entry == {"winner": CPU, "drivers": [""]}

    def test_a_process_that_crashes_costs_its_trial(self, card: Card) -> None:
        absent = replace(named(CPU), name="NoSuchProvider")
        first, second = trial.compare(str(card.file), [absent, named(CPU)])
        assert "ended with status" in first.problem
        assert second.problem == ""

    def test_golden_pictures_are_the_same_in_every_process(self) -> None:
        program = f"from veritile.frame.trial import golden; import hashlib; print(hashlib.sha256(b''.join(c.tobytes() for c in golden({SIZE}))).hexdigest())"  # noqa: E501
        told = {subprocess.check_output([sys.executable, "-c", program]) for _ in range(2)}
        assert len(told) == 1


class TestFallingBack:
    def test_a_device_that_fails_in_a_look_loses_none(self, card: Card, cache: Path) -> None:
        """A real session of the CPU under the name of a device, which then breaks."""
        model = Model.load(card, named(CPU))
        crop = trial.golden(SIZE)[0]
        expected = model.log_odds(crop)
        model.info = replace(model.info, provider=DEVICE)

        class Broken:
            def run(self, *arguments: object) -> None:
                raise RuntimeError("CUDA error 700")

        model._session = Broken()  # type: ignore[assignment]
        assert model.log_odds(crop) == expected
        assert model.info.provider == CPU
        assert model.log_odds(crop) == expected
