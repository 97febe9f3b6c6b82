"""The HTTP routes: the exact shapes that clients of older programs expect, and jobs."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

import pictures
from films import write_encoded
from serving import Served, data_url, film_of_a_person


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film_of_a_person(tmp_path_factory.mktemp("film") / "person.mp4")


def events(served: Served, job: str) -> list[tuple[str, dict]]:
    """Every event of a job until its end."""
    found, name = [], ""
    with served.client.stream("GET", f"/api/jobs/{job}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def test_it_says_what_it_is_and_how_it_is_doing(served: Served) -> None:
    about = served.client.get("/").json()
    assert (about["name"], about["model"]) == ("veritile", "tiny")
    health = served.client.get("/health").json()
    assert {"status", "model", "provider", "queue", "sessions", "memory"} <= set(health)
    assert (health["status"], health["provider"], health["queue"]) == ("ok", "CPUExecutionProvider", 0)
    assert health["memory"] > 10_000_000
    assert health["threshold"] == 0.52
    assert served.client.get("/sessions").json() == []


def test_a_picture_is_judged(served: Served) -> None:
    answer = served.client.post("/analyze/frame", json={"image": data_url(pictures.person())}).json()
    assert answer["label"] == "likely_fake"
    assert answer["authenticity_score"] == pytest.approx(0.1192, abs=1e-3)
    assert 0 <= answer["confidence"] <= 1
    assert answer["processing_time_ms"] > 0
    (face,) = answer["faces"]
    assert face["face"] == [round(side, 1) for side in face["face"]]
    assert face["score"] == 0.8808
    nobody = served.client.post("/analyze/frame", json={"image": data_url(pictures.empty())}).json()
    assert (nobody["label"], nobody["reason"], nobody["authenticity_score"]) == (
        "inconclusive",
        "no_face",
        None,
    )


@pytest.mark.parametrize(
    ("image", "status"),
    [("data:image/png;base64,AAAA", 415), ("???", 415), ("data:image/jpeg;base64,/9j/2Q==", 422), ("", 422)],
)
def test_what_is_no_picture_is_refused(served: Served, image: str, status: int) -> None:
    response = served.client.post("/analyze/frame", json={"image": image})
    assert response.status_code == status
    assert set(response.json()) == {"status", "error"}


def test_detect_has_exactly_the_shape_that_clients_expect(served: Served, film: Path) -> None:
    # By curl, as the documentation shows it.
    command = ["curl", "-s", "-H", f"Authorization: Bearer {served.token}", "-F", f"video=@{film}"]
    answer = json.loads(subprocess.check_output([*command, f"{served.url}/api/detect"]))
    assert list(answer) == ["status", "prediction", "frame_analysis", "processing_time"]
    assert answer["status"] == "success"
    assert list(answer["prediction"]) == ["is_deepfake", "confidence", "model"]
    assert answer["prediction"]["is_deepfake"] is True
    assert answer["prediction"]["model"] == "tiny"
    assert [list(frame) for frame in answer["frame_analysis"]] == [["frame", "score"]] * 4
    assert [frame["frame"] for frame in answer["frame_analysis"]] == [0, 5, 10, 15]
    assert re.fullmatch(r"\d+\.\d\ds", answer["processing_time"])
    assert served.client.get("/api/jobs").json() == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"", 422, 408), (b"no video at all", 415, 401), (b"PK\x03\x04" * 99, 415, 401)],
)
def test_a_file_that_cannot_be_judged_is_told(served: Served, content: bytes, status: int, code: int) -> None:
    response = served.client.post("/api/detect", files={"video": ("../../etc/x.mp4", content)})
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert "x.mp4" in response.json()["error"]["text"]
    assert "/tmp" not in response.text  # nothing of where it was put


def test_a_job_tells_its_progress_and_its_result_in_every_form(served: Served, film: Path) -> None:
    with film.open("rb") as file:
        added = served.client.post("/api/jobs", files={"video": ("a b.mp4", file)}, data={"fps": "5"})
    assert added.status_code == 202
    job = added.json()["id"]
    told = events(served, job)
    assert [name for name, _ in told[:-1]] == ["progress"] * (len(told) - 1)
    assert told[-1][0] == "done"
    shares = [event["progress"] for _, event in told]
    assert shares == sorted(shares)
    result = told[-1][1]["result"]
    assert result == served.client.get(f"/api/jobs/{job}").json()["result"]
    assert result["path"] == "a b.mp4"
    assert result["people"][0]["segments"]

    def report(form: str) -> str:
        return served.client.get(f"/api/jobs/{job}/report", params={"form": form}).text

    assert json.loads(report("json")) == result
    assert len(list(csv.DictReader(io.StringIO(report("csv"))))) == 10
    assert "no proof" in report("html")
    heat = served.client.get(f"/api/jobs/{job}/heatmap", params={"t": 1.0})
    assert heat.content[:2] == b"\xff\xd8"
    assert "no proof" in heat.headers["x-veritile-caption"]
    assert served.client.get(f"/api/jobs/{job}/frame", params={"t": 1.0}).content[:2] == b"\xff\xd8"
    assert served.client.delete(f"/api/jobs/{job}").status_code == 200
    assert served.client.get(f"/api/jobs/{job}").status_code == 404


def test_a_job_can_be_cancelled(served: Served, tmp_path: Path) -> None:
    long = write_encoded(tmp_path / "long.mp4", [pictures.person(320, 180, face_px=90)] * 600)
    with long.open("rb") as file:
        job = served.client.post("/api/jobs", files={"video": file}, data={"fps": "60"}).json()["id"]
    with served.client.stream("GET", f"/api/jobs/{job}/events") as response:
        lines = response.iter_lines()
        next(lines)
        assert served.client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"
        assert "event: cancelled" in list(lines)
    assert served.client.get("/api/jobs").json() == []


def test_figures_are_in_the_form_of_prometheus(served: Served) -> None:
    text = served.client.get("/metrics").text
    for name in ("frames_total", "sessions", "queue", "memory_bytes", "errors_total", "model"):
        assert re.search(rf"^veritile_{name}[ {{]", text, re.MULTILINE), name
