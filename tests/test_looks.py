"""What the frame pipeline found, as the decision hears of it."""

from __future__ import annotations

from pathlib import Path

import pictures
from tiny_model import write_tiny_model
from veritile.decision import Size
from veritile.frame import FrameAnalyzer
from veritile.looks import observation
from veritile.vocabulary import Reason


def test_every_face_is_told_with_all_that_was_measured(tmp_path: Path) -> None:
    analyzer = FrameAnalyzer.load(write_tiny_model(tmp_path, bias=-1.0))
    result = analyzer.analyze_rgb(pictures.person(640, 360, face_px=150))
    seen = observation(7.5, result)
    assert (seen.at, seen.width, seen.height, seen.reason, seen.unchanged) == (7.5, 640, 360, None, False)
    (look,), (face,) = seen.looks, result.looks
    assert (look.box, look.log_odds, look.quality, look.reason) == (
        face.box,
        face.log_odds,
        face.quality,
        None,
    )
    assert (look.face_px, look.yaw, look.signature) == (face.face_px, face.yaw, face.signature)
    assert look.usable
    assert look.finite
    assert look.size is Size.MEDIUM


def test_nobody_and_who_cannot_be_judged_have_their_reasons(tmp_path: Path) -> None:
    analyzer = FrameAnalyzer.load(write_tiny_model(tmp_path))
    nobody = observation(0.0, analyzer.analyze_rgb(pictures.empty(640, 360)))
    assert (nobody.looks, nobody.reason) == ((), Reason.NO_FACE)
    small = observation(0.0, analyzer.analyze_rgb(pictures.person(640, 360, face_px=40)))
    assert (small.looks[0].log_odds, small.looks[0].reason) == (None, Reason.FACE_TOO_SMALL)
    assert small.reason is None
