"""One item of `verdicts`, for a frame that was looked at or that was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from veritile.decision import Tile, Verdict
from veritile.errors import SessionError, VeritileError
from veritile.native.basis import told
from veritile.native.batches import WaitingFrame
from veritile.native.fields import Box
from veritile.native.limits import FACES_TOLD
from veritile.native.messages import FaceBox, Item, Problem, Timing

if TYPE_CHECKING:
    from veritile.frame import FrameResult


def judged(frame: WaitingFrame, verdict: Verdict, result: FrameResult, queue_ms: float) -> Item:
    """The participant's verdict with this frame."""
    faces = sorted(result.faces, key=lambda face: -face.box[2] * face.box[3])[:FACES_TOLD]
    timing = result.timing
    return _item(
        frame,
        verdict,
        Timing(
            queue_ms=round(queue_ms, 2),
            decode_ms=round(timing.decode_ms, 2),
            detect_ms=round(timing.detect_ms, 2),
            score_ms=round(timing.score_ms, 2),
        ),
        faces=tuple(
            FaceBox(box=_rounded(face.box), confidence=min(1.0, max(0.0, face.confidence))) for face in faces
        ),
    )


def unjudged(frame: WaitingFrame, queue_ms: float, error: VeritileError | None = None) -> Item:
    """The participant's verdict without this frame: it was stale, or `error` says what was wrong with it."""
    verdict = Tile().verdict if isinstance(frame.participant, SessionError) else frame.participant.verdict
    timing = Timing(queue_ms=round(queue_ms, 2), decode_ms=0.0, detect_ms=0.0, score_ms=0.0)
    return _item(frame, verdict, timing, dropped=error is None, error=error)


def _item(
    frame: WaitingFrame,
    verdict: Verdict,
    timing: Timing,
    *,
    faces: tuple[FaceBox, ...] = (),
    dropped: bool = False,
    error: VeritileError | None = None,
) -> Item:
    return Item(
        participant=frame.key,
        captured_at=frame.captured_at,
        label=verdict.label,
        reason=verdict.reason or UNSET,
        advice=verdict.advice or UNSET,
        score=verdict.score,
        confidence=verdict.confidence,
        evidence=round(verdict.evidence, 2),
        p=UNSET if verdict.p is None else round(verdict.p, 4),
        basis=told(verdict.basis, frame.captured_at - frame.captured * 1000),
        box=UNSET if verdict.box is None else _rounded(verdict.box),
        people=verdict.people,
        quality=verdict.quality,
        faces=faces,
        next_sample_ms=verdict.next_sample_ms,
        dropped=dropped,
        timing=timing,
        error=UNSET if error is None else Problem(code=error.code, text=str(error)),
    )


def _rounded(box: Box) -> Box:
    x, y, width, height = box
    return round(x, 1), round(y, 1), round(width, 1), round(height, 1)
