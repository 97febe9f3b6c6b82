"""How a head is turned: exact for the face that the method assumes, and plausible for YuNet's points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pictures
from veritile.frame.faces import FaceDetector
from veritile.frame.pose import EYES, MOUTH, NOSE_DOWN, NOSE_OUT, attitude_of, yaw_of

FACE = np.array(
    [(-EYES / 2, 0, 0), (EYES / 2, 0, 0), (0, NOSE_DOWN, NOSE_OUT), (-MOUTH / 2, 1, 0), (MOUTH / 2, 1, 0)]
)
coordinate = st.floats(-1e4, 1e4)


def seen(yaw: float, pitch: float, roll: float, size: float, x: float, y: float) -> list[tuple[float, float]]:
    """The five points of that face, turned, from far away; x to the right, y down, z towards the camera."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    points = size * FACE @ (about_z @ about_x @ about_y).T
    return [(px + x, py + y) for px, py, _ in points.tolist()]


@given(
    yaw=st.floats(-85, 85),
    pitch=st.floats(-60, 60),
    roll=st.floats(-180, 180),
    size=st.floats(5, 500),
    x=coordinate,
    y=coordinate,
)
def test_the_yaw_of_the_mean_face_is_found_whatever_its_tilt_nod_size_and_place(
    yaw: float, pitch: float, roll: float, size: float, x: float, y: float
) -> None:
    assert yaw_of(seen(yaw, pitch, roll, size, x, y)) == pytest.approx(yaw, abs=1e-4)


@given(pitch=st.floats(-60, 60), size=st.floats(5, 500), x=coordinate, y=coordinate)
def test_the_pitch_of_the_mean_face_is_found(pitch: float, size: float, x: float, y: float) -> None:
    found = attitude_of(seen(0, pitch, 0, size, x, y))
    assert found == (pytest.approx(0, abs=1e-4), pytest.approx(pitch, abs=1e-3), pytest.approx(0, abs=1e-4))


@given(roll=st.floats(-170, 170), size=st.floats(5, 500))
def test_the_roll_of_the_mean_face_is_found(roll: float, size: float) -> None:
    assert attitude_of(seen(0, 0, roll, size, 0, 0)) == pytest.approx((0, 0, roll), abs=1e-3)


@given(points=st.lists(st.tuples(coordinate, coordinate), min_size=5, max_size=5))
def test_any_five_points_have_a_yaw(points: list[tuple[float, float]]) -> None:
    yaw, pitch, roll = attitude_of(points)
    assert -90 <= yaw <= 90
    assert -90 <= pitch <= 90
    assert -180 <= roll <= 180


def test_points_that_coincide_say_nothing() -> None:
    assert attitude_of([(3.0, 4.0)] * 5) == (0, 0, 0)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_person_who_looks_at_the_camera_is_frontal(mirrored: bool) -> None:
    frame = pictures.person(face_px=150)[:, :: -1 if mirrored else 1]
    (face,) = FaceDetector().detect(np.ascontiguousarray(frame))
    assert abs(yaw_of(face.landmarks)) < 10
