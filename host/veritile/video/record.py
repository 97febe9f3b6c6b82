"""One analysed file as plain data: what `--json`, the HTTP API, tables and reports are made of."""

from __future__ import annotations

from typing import Any

from veritile.decision import Verdict
from veritile.detector import Detector
from veritile.frame import FaceResult, FrameResult
from veritile.video.result import PersonResult, TimedResult, VideoResult
from veritile.video.temporal import LEAST


def as_record(path: str, detector: Detector, result: VideoResult) -> dict[str, Any]:
    """Return what was found, by the fields that the README lists; a video also tells people and segments."""
    told: dict[str, Any] = {
        "path": path,
        "verdict": told_verdict(result.verdict),
        "frames": [_frame(frame) for frame in result.frames],
        "model": {
            "name": detector.model.name,
            "version": detector.model.version,
            "sha256": detector.model.sha256,
        },
    }
    if detector.temporal is not None and result.film is not None:
        told["model"]["temporal"] = {
            "name": detector.temporal.name,
            "version": detector.temporal.version,
            "sha256": detector.temporal.sha256,
            "stretches": result.stretches,
            "compared_with": detector.compared_with,
        }
    if result.film is not None:
        film = result.film
        told["people"] = [_person(person) for person in result.people]
        told["video"] = {
            "seconds": rounded(film.seconds, 3),
            "fps": round(film.fps, 3),
            "width": result.frames[0].result.width,
            "height": result.frames[0].result.height,
        }
    return told


def judges(model: dict[str, Any]) -> list[str]:
    """Names of the models that judged, of a record's `model`: the one of stretches where it judged any."""
    temporal = model.get("temporal")
    return [model["name"], temporal["name"]] if temporal and temporal["stretches"] else [model["name"]]


def on_stretches(temporal: dict[str, Any], stretches: int) -> str:
    """A sentence on what a temporal model did, of a record's `model`, in so many stretches."""
    name = f"{temporal['name']} {temporal['version']}"
    if not stretches:
        return f"{name} judged nothing: nobody is seen in {LEAST} frames."
    judged = f"{name} judged {stretches} {'stretch' if stretches == 1 else 'stretches'} together"
    if temporal["compared_with"]:
        return f"{judged}; who is in them was compared with {temporal['compared_with']} real people."
    return f"{judged}; nobody knows how it scores real people: the labels have no stated rate of error."


def told_verdict(verdict: Verdict) -> dict[str, Any]:
    """Label, score, confidence and reason."""
    return {
        "label": verdict.label,
        "score": rounded(verdict.score, 4),
        "confidence": round(verdict.confidence, 4),
        "reason": verdict.reason,
    }


def rounded(value: float | None, digits: int) -> float | None:
    """`value` to so many digits; None stays None."""
    return None if value is None else round(value, digits)


def _person(person: PersonResult) -> dict[str, Any]:
    return {
        "person": person.person.number,
        "verdict": told_verdict(person.verdict),
        "segments": [
            {
                "start": round(segment.start, 3),
                "end": round(segment.end, 3),
                "score": round(segment.score, 4),
                "worst": round(segment.worst, 3),
            }
            for segment in person.segments
        ],
        "frames": [_look(look.t, look.face) for look in person.person.looks],
    }


def _frame(frame: TimedResult) -> dict[str, Any]:
    return _look(frame.t, frame.result)


def _look(t: float, look: FaceResult | FrameResult) -> dict[str, Any]:
    face = look.face
    return {
        "t": round(t, 3),
        "score": rounded(look.score, 4),
        "quality": round(look.quality, 4),
        "face": None if face is None else [round(value, 1) for value in face.box],
        "reason": look.reason,
    }
