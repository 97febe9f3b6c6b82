"""One item of `verdicts`, for a frame that was judged, that repeated the last, or that was not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from veritile.decision import Tile, Verdict
from veritile.errors import SessionError, VeritileError
from veritile.native.batches import WaitingFrame
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


def repeated(frame: WaitingFrame, verdict: Verdict, queue_ms: float) -> Item:
    """The participant's verdict with this frame, which showed the same picture again."""
    return _item(frame, verdict, _queued(queue_ms))


def unjudged(frame: WaitingFrame, queue_ms: float, error: VeritileError | None = None) -> Item:
    """The participant's verdict without this frame: it was stale, or `error` says what was wrong with it."""
    verdict = Tile().verdict if isinstance(frame.participant, SessionError) else frame.participant.verdict
    return _item(frame, verdict, _queued(queue_ms), dropped=error is None, error=error)


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
        score=verdict.score,
        confidence=verdict.confidence,
        quality=verdict.quality,
        faces=faces,
        next_sample_ms=verdict.next_sample_ms,
        dropped=dropped,
        timing=timing,
        error=UNSET if error is None else Problem(code=error.code, text=str(error)),
    )


def _queued(queue_ms: float) -> Timing:
    return Timing(queue_ms=round(queue_ms, 2), decode_ms=0.0, detect_ms=0.0, score_ms=0.0)


def _rounded(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x, y, width, height = box
    return round(x, 1), round(y, 1), round(width, 1), round(height, 1)
