"""What the settings make of the service: the device that runs the network, and how long a video may take."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from serving import film_of_a_person
from veritile.api.jobs import Jobs
from veritile.api.service import GPUS, detector
from veritile.api.settings import Settings
from veritile.detector import Detector
from veritile.errors import ImageTooLargeError, InferenceError
from veritile.frame.providers import CPU, PROVIDER_VARIABLE, available

no_gpu = pytest.mark.skipif(
    any(each.name in GPUS for each in available()), reason="this machine's ONNX Runtime offers a GPU"
)


@pytest.mark.parametrize("gpu", ["auto", "off"])
def test_without_a_gpu_the_cpu_does(tiny: Path, gpu: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PROVIDER_VARIABLE, raising=False)
    assert detector(Settings(model=str(tiny), gpu=gpu)).model.provider == CPU


@no_gpu
def test_who_insists_on_a_gpu_is_told_that_there_is_none(tiny: Path) -> None:
    with pytest.raises(InferenceError, match=r"gpu is on.*on the CPU"):
        detector(Settings(model=str(tiny), gpu="on"))


def test_off_is_off_whatever_else_is_set(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROVIDER_VARIABLE, "CUDAExecutionProvider")
    monkeypatch.setattr("veritile.frame.model.chosen", lambda sha256: pytest.fail("asked for a device"))
    assert detector(Settings(model=str(tiny), gpu="off")).model.provider == CPU


def test_an_unknown_provider_is_refused_by_name(tiny: Path) -> None:
    with pytest.raises(ValueError, match="'QuantumExecutionProvider': choose one of CUDA"):
        Detector(tiny, provider="QuantumExecutionProvider")


def test_a_video_that_takes_too_long_is_given_up(tiny: Path, tmp_path: Path) -> None:
    async def main() -> None:
        jobs = Jobs(Detector(tiny), str(tiny), most=2, minutes=0)
        try:
            with film_of_a_person(tmp_path / "film.mp4").open("rb") as file:
                job = await jobs.add("film.mp4", file, fps=2.0, quick=False)
            async for _ in jobs.follow(job):
                pass
        finally:
            jobs.close()
        assert isinstance(job.error, ImageTooLargeError)
        assert "film.mp4 takes over 0 minutes: send a part of it" in str(job.error)

    asyncio.run(main())
