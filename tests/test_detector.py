"""The Python interface: pictures, videos, and a person over time."""

from pathlib import Path

import numpy as np
import pytest

import pictures
from films import write_film
from tiny_model import write_tiny_model
from veritile import Detector
from veritile.errors import FileUnreadableError, ModelMissingError, UnsupportedFormatError
from veritile.video.result import TimedResult
from veritile.vocabulary import Label, Reason


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that calls every face fake: log-odds of about 2."""
    return write_tiny_model(tmp_path_factory.mktemp("model"), calibration_a="1e-6", calibration_b="2")


@pytest.fixture(scope="module")
def detector(model: Path) -> Detector:
    return Detector(model)


def test_a_path_bytes_and_pixels_are_all_pictures(detector: Detector, tmp_path: Path) -> None:
    data = pictures.jpeg(pictures.person())
    path = tmp_path / "person.jpg"
    path.write_bytes(data)
    scores = [detector.analyze_image(image).score for image in (path, str(path), data, pictures.person())]
    assert scores == pytest.approx([0.8808] * 4, abs=1e-3)


def test_a_picture_without_a_usable_face_says_why(detector: Detector) -> None:
    result = detector.analyze_image(pictures.person(face_px=40))
    assert (result.score, result.quality, result.reason) == (None, 0.0, Reason.FACE_TOO_SMALL)
    assert result.face is not None


def test_photos_may_be_larger_than_calls(detector: Detector) -> None:
    photo = pictures.jpeg(pictures.person(4032, 3024, face_px=1200))
    assert detector.analyze_image(photo).face.size == pytest.approx(1200, rel=0.15)


def test_files_that_are_not_what_was_asked_for_are_told(detector: Detector, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [pictures.empty(64, 48)] * 2)
    with pytest.raises(UnsupportedFormatError, match="analyze_video"):
        detector.analyze_image(film)
    with pytest.raises(FileUnreadableError, match="does not exist"):
        detector.analyze_image(tmp_path / "gone.jpg")
    with pytest.raises(FileUnreadableError, match="does not exist"):
        detector.analyze_video(tmp_path / "gone.mp4")


def test_a_video_is_judged_over_all_its_frames(detector: Detector, tmp_path: Path) -> None:
    frames = [pictures.empty(320, 180)] * 10 + [pictures.person(320, 180, face_px=90)] * 10
    seen: list[float] = []
    result = detector.analyze_video(write_film(tmp_path / "film.mp4", frames), seen.append)
    assert [frame.result.reason for frame in result.frames] == [Reason.NO_FACE] * 2 + [None] * 2
    assert seen == [frame.t for frame in result.frames]
    assert (result.verdict.label, result.verdict.frames, result.verdict.reason) == (
        Label.LIKELY_FAKE,
        2,
        None,
    )
    assert result.verdict.score == pytest.approx(0.88, abs=0.01)


def test_a_video_that_cannot_be_judged_gives_the_most_frequent_reason(
    detector: Detector, tmp_path: Path
) -> None:
    frames = [pictures.person(320, 180, face_px=50)] * 15 + [pictures.empty(320, 180)] * 5
    verdict = detector.analyze_video(write_film(tmp_path / "film.mp4", frames)).verdict
    assert (verdict.label, verdict.reason) == (Label.INCONCLUSIVE, Reason.FACE_TOO_SMALL)
    assert verdict.score is None


def test_one_picture_gets_a_label_but_less_confidence_than_many(detector: Detector) -> None:
    result = detector.analyze_image(pictures.person())
    one = detector.conclude([TimedResult(0.0, result)])
    many = detector.conclude([TimedResult(0.5 * index, result) for index in range(20)])
    assert one.label is many.label is Label.LIKELY_FAKE
    assert one.score == many.score == pytest.approx(result.score)
    assert one.confidence < 0.5 * many.confidence


def test_sensitivity_moves_the_labels(tmp_path: Path) -> None:
    even = write_tiny_model(tmp_path, calibration_a="1e-6", calibration_b="-0.2")  # P(fake) .45
    frame = pictures.person()
    labels = []
    for sensitivity in ("sensitive", "balanced", "conservative"):
        detector = Detector(even, sensitivity)
        labels.append(detector.conclude([TimedResult(0.0, detector.analyze_image(frame))]).label)
    assert labels == [Label.LIKELY_FAKE, Label.SUSPECT, Label.LIKELY_REAL]


def test_a_person_is_followed_over_time(detector: Detector) -> None:
    person = detector.track()
    assert (person.verdict.label, person.verdict.reason) == (Label.INCONCLUSIVE, Reason.STARTING)
    frame = pictures.jpeg(pictures.person())
    last, at = person.observe(frame, at=0.0), 0.0
    assert last.label is Label.INCONCLUSIVE
    while last.label is Label.INCONCLUSIVE and at < 10:
        at += last.next_sample_ms / 1000
        last = person.observe(frame, at)
    assert last.label is Label.LIKELY_FAKE
    assert person.verdict == last
    with pytest.raises(UnsupportedFormatError):
        person.observe(b"no picture", at=at + 1)
    assert person.verdict == last


def test_time_passes_by_itself_when_none_is_given(detector: Detector) -> None:
    person = detector.track()
    verdict = person.observe(pictures.person())
    while verdict.seconds == 0:
        verdict = person.observe(pictures.person())
    assert verdict.frames > 1


def test_an_unknown_model_or_sensitivity_is_refused(model: Path) -> None:
    with pytest.raises(ModelMissingError):
        Detector("no-such-model")
    with pytest.raises(ValueError, match="paranoid"):
        Detector(model, "paranoid")


def test_the_model_is_named(detector: Detector) -> None:
    assert (detector.model.name, detector.model.provider) == ("tiny", "CPUExecutionProvider")


def test_pixels_of_any_layout_are_taken(detector: Detector) -> None:
    column_major = np.asfortranarray(pictures.person())
    assert detector.analyze_image(column_major).faces == detector.analyze_image(pictures.person()).faces
