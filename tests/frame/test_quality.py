"""What makes a face hard to judge, and how much it then counts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pictures
from veritile.frame.quality import Gate, Quality, measure
from veritile.vocabulary import Reason

GOOD = Quality(face_px=150, sharpness=0.35, light=0.5)
BOX = (260.0, 90.0, 116.0, 144.0)  # of the person in the middle of a 640x360 frame

qualities = st.builds(Quality, face_px=st.floats(1, 4000), sharpness=st.floats(0, 2), light=st.floats(0, 1))
gates = st.builds(Gate, face_px=st.floats(0, 400), sharpness=st.floats(0, 1), light=st.floats(0, 0.5))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"face_px": 63.9}, Reason.FACE_TOO_SMALL),
        ({"sharpness": 0.09}, Reason.BLURRED),
        ({"light": 0.07}, Reason.TOO_DARK),
    ],
)
def test_each_measure_has_its_reason(change: dict[str, float], reason: Reason | None) -> None:
    quality = replace(GOOD, **change)
    assert Gate().reason(quality) is reason
    assert (Gate().weight(quality) == 0.0) is (reason is not None)


@given(gate=gates, quality=qualities, better=qualities)
def test_the_weight_lies_in_0_to_1_and_never_falls_when_quality_rises(
    gate: Gate, quality: Quality, better: Quality
) -> None:
    both = Quality(
        max(quality.face_px, better.face_px),
        max(quality.sharpness, better.sharpness),
        max(quality.light, better.light),
    )
    assert 0.0 <= gate.weight(quality) <= gate.weight(both) <= 1.0


@pytest.mark.parametrize("change", [{"face_px": 64.0}, {"sharpness": 0.1}, {"light": 0.08}])
def test_the_weakest_measure_decides(change: dict[str, float]) -> None:
    assert Gate().weight(replace(GOOD, face_px=400)) == 1.0
    assert Gate().weight(replace(GOOD, **{"face_px": 400, **change})) == 0.25


@given(gate=gates, quality=qualities, yaw=st.floats(-90, 90))
def test_a_usable_face_always_counts(gate: Gate, quality: Quality, yaw: float) -> None:
    assert (gate.weight(quality, yaw) > 0) is (gate.reason(quality) is None)


@given(quality=qualities, yaw=st.floats(-90, 90), further=st.floats(0, 90))
def test_a_face_turned_further_to_either_side_never_counts_more(
    quality: Quality, yaw: float, further: float
) -> None:
    turned = math.copysign(abs(yaw) + further, yaw)
    assert Gate().weight(quality, turned) <= Gate().weight(quality, yaw) == Gate().weight(quality, -yaw)


@pytest.mark.parametrize(("yaw", "weight"), [(0, 1.0), (15, 1.0), (-27.5, 0.625), (40, 0.25), (-90, 0.25)])
def test_a_sharp_and_bright_face_counts_by_its_yaw(yaw: float, weight: float) -> None:
    assert Gate().weight(replace(GOOD, face_px=400), yaw) == pytest.approx(weight)


def test_sharpness_falls_with_blur_and_hardly_changes_with_the_tile() -> None:
    frame = pictures.person()
    sharp = measure(frame, BOX).sharpness
    assert (
        sharp
        > measure(pictures.blurred(frame, 1.5), BOX).sharpness
        > measure(pictures.blurred(frame, 4), BOX).sharpness
    )
    large = pictures.person(1280, 720, face_px=300)
    shrunk = measure(large, tuple(2 * side for side in BOX)).sharpness
    assert shrunk == pytest.approx(sharp, rel=0.25)


@settings(deadline=None)
@given(share=st.floats(0.3, 1.0))
def test_sharpness_does_not_depend_on_light(share: float) -> None:
    frame = pictures.person()
    dimmed = measure(pictures.dark(frame, share), BOX)
    assert dimmed.sharpness == pytest.approx(measure(frame, BOX).sharpness, rel=0.1)
    assert dimmed.light == pytest.approx(share * measure(frame, BOX).light, abs=0.01)


@pytest.mark.parametrize("light", [0.0, 0.02, 0.5, 1.0])
def test_a_flat_face_is_not_sharp(light: float) -> None:
    flat = np.full((200, 200, 3), round(255 * light), np.uint8)
    assert measure(flat, (20, 20, 100, 100)).sharpness < 0.01


@given(box=st.tuples(*[st.floats(-500, 900)] * 2, *[st.floats(0.1, 900)] * 2))
def test_any_box_can_be_measured(box: tuple[float, float, float, float]) -> None:
    quality = measure(pictures.empty(160, 90), box)
    assert quality.face_px == max(box[2:])
    assert quality.sharpness >= 0
    assert 0 <= quality.light <= 1
