"""The service with a temporal model: it judges videos too, and every answer says which model has judged."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

import httpx

import pictures
from films import write_film
from tiny_model import write_temporal_model, write_tiny_model
from veritile.api.app import create_app
from veritile.api.service import Service, detector
from veritile.api.settings import PREFIX, Settings, read_settings
from veritile.errors import ModelMetadataError, ModelMissingError
from veritile.video.temporal import LEAST

TOKEN = "t" * 43


def test_answers_name_the_models_that_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}MODEL", str(write_tiny_model(tmp_path)))
    monkeypatch.setenv(f"{PREFIX}TEMPORAL", str(write_temporal_model(tmp_path)))
    monkeypatch.setenv(f"{PREFIX}DATABASE", str(tmp_path / "calls.db"))
    settings = read_settings()
    service = Service(settings, TOKEN)
    person = pictures.person(320, 180, face_px=90)
    film = write_film(tmp_path / "film.mp4", [person] * (LEAST + 1))
    short = write_film(tmp_path / "short.mp4", [person] * (LEAST - 1))
    (tmp_path / "person.jpg").write_bytes(pictures.jpeg(person))

    async def main() -> None:
        transport = httpx.ASGITransport(create_app(settings, TOKEN, service))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            assert (await client.get("/health")).json()["temporal"] == "stretch 1.0.0"
            judges = []
            for path in (film, short, tmp_path / "person.jpg"):
                files = {"video": path.read_bytes()}
                answer = await client.post("/api/detect", files=files, data={"fps": "10"})
                judges.append(answer.json()["prediction"]["model"])
            metrics = (await client.get("/metrics")).text
            assert f"\nveritile_frames_total {2 * LEAST + 1}.0\n" in metrics
            assert 'name="stretch"' in metrics
            # Where nobody is seen for long enough to be a stretch, the frame model alone has judged.
            assert judges == ["tiny+stretch", "tiny", "tiny"]

    try:
        asyncio.run(main())
    finally:
        service.close()


def test_one_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    frame = str(write_tiny_model(tmp_path))
    with pytest.raises(ModelMissingError, match="'nothing'"):
        detector(Settings(model=frame, temporal="nothing"))
    with pytest.raises(ModelMetadataError, match="name a temporal model"):
        detector(Settings(model=frame, temporal=frame))
