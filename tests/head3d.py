"""A head in three dimensions that does what it is told, made by script from scikit-image's astronaut.

The photograph is laid over an ellipsoid with a nose, closed by hair at the back, with
ears of plain skin at its sides. It turns, comes close, is lit from the side, and a drawn
hand passes over it. One photograph knows no profile: beyond about 50 degrees the
cheek is stretched, and it is harder for a detector than life.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

import pictures
from veritile.frame.faces import FaceDetector
from veritile.frame.pose import NOSE_OUT

SIZE, UNIT = 300, 60
"""Side of a drawn head, and the distance from eyes to mouth in it, in pixels."""
FACE_PX = 145
"""About the long side of YuNet's box of the unturned head in it."""
DISTANCE = 8.5
"""Of the camera, in distances from the eyes to the mouth: 60 cm."""
_DENSE = 2.6
_STEP = 5  # degrees between two attitudes that are drawn
_SUIT, _HAIR = (196, 96, 40), (70, 52, 40)


@dataclass(frozen=True)
class Scene:
    """What is to be seen. Angles in degrees: yaw positive towards the picture's right, pitch upwards."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    face_px: float = 150.0
    """Long side of the unturned face box, pixels."""
    x: float = 0.5
    y: float = 0.42
    """Where its middle is, shares of the picture."""
    hand: tuple[float, float] | None = None
    """Where the middle of an open hand is, in long sides of the face from its middle."""
    finger: int = 0
    """-1 and 1: a finger is pressed into the cheek at the picture's left or right."""
    lamp: float = 0.0
    """-1 to 1: from how far left or right a lamp shines."""
    light: float = 1.0
    """Of everything."""


def draw(scene: Scene, width: int = 640, height: int = 360) -> pictures.Picture:
    """Draw a scene; (height, width, 3) uint8 RGB."""
    frame = _room(width, height).copy()
    scale = scene.face_px / FACE_PX
    middle = np.array([scene.x * width, scene.y * height])
    _shoulders(frame, middle, scene.face_px)
    drawn = _head(round(scene.yaw / _STEP), round(scene.pitch / _STEP))
    place = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), -scene.roll, scale)
    place[:, 2] += middle - SIZE / 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    over = cv2.warpAffine(drawn, place, (width, height), flags=way).astype(np.float32)
    if scene.lamp:
        across = (np.arange(width) - middle[0]) / scene.face_px
        over[..., :3] *= (1.0 + 0.8 * abs(scene.lamp) * np.tanh(2 * across * np.sign(scene.lamp)))[:, None]
    alpha = over[..., 3:] / 255
    frame = frame * (1 - alpha) + over[..., :3] * alpha
    if scene.hand is not None:
        _open_hand(frame, middle + np.array(scene.hand) * scene.face_px, scene.face_px)
    if scene.finger:
        _finger(frame, middle, scene.face_px, scene.finger)
    return np.clip(frame * scene.light, 0, 255).astype(np.uint8)


def camera(picture: pictures.Picture, random: np.random.Generator, noise: float) -> pictures.Picture:
    """The picture with the noise of a camera, grey levels (standard deviation)."""
    rows, columns = picture.shape[:2]
    grain = _grain()
    top, left = (random.integers(0, grain.shape[axis] - picture.shape[axis] + 1) for axis in (0, 1))
    return np.clip(picture + noise * grain[top : top + rows, left : left + columns], 0, 255).astype(np.uint8)


@cache
def _grain() -> NDArray[np.float32]:
    """Noise of standard deviation 1 that pictures are cut from: making it anew takes longer than the rest."""
    return np.random.default_rng(0).standard_normal((900, 1500, 3), np.float32)


@cache
def _room(width: int, height: int) -> NDArray[np.float32]:
    return pictures.empty(width, height).astype(np.float32)


def skull(x: Any, y: Any) -> Any:
    """Depth of an ellipsoid 17 cm wide, 23 cm high, 19 cm deep, for 7 cm from eyes to mouth; 0 beside it."""
    return 1.35 * np.sqrt(np.clip(1 - (x / 1.2) ** 2 - ((y + 0.2) / 1.65) ** 2, 0.0, None))


@cache
def _cloud() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Points in units of the distance from eyes to mouth (x right, y down, z to the camera), and colours."""
    photo = astronaut()
    eye_r, eye_l, tip, mouth_r, mouth_l = np.array(FaceDetector().detect(photo)[0].landmarks)
    eyes, mouth = (eye_r + eye_l) / 2, (mouth_r + mouth_l) / 2
    unit, centre = float(np.hypot(*(mouth - eyes))), (eyes + mouth) / 2
    half = round(1.9 * unit)
    left, top = np.rint(centre).astype(int) - half
    photo = photo[max(0, top) : top + 2 * half, left : left + 2 * half]
    dense = _DENSE * UNIT / unit
    photo = np.asarray(cv2.resize(photo, None, fx=dense, fy=dense, interpolation=cv2.INTER_CUBIC), np.uint8)
    rows, columns = np.mgrid[0 : photo.shape[0], 0 : photo.shape[1]].astype(np.float32)
    x = (columns / dense + left - centre[0]) / unit
    y = (rows / dense + max(0, top) - centre[1]) / unit
    at = (tip - centre) / unit
    corners = (np.array([eye_r, eye_l, mouth_r, mouth_l]) - centre) / unit
    plane = float(np.mean([skull(*corner) for corner in corners]))
    length = plane + NOSE_OUT - float(skull(*at))
    reach_y = np.where(y < at[1], 0.35, 0.12)  # a ridge up to the eyes, and steep below the tip
    bump = length * np.exp(-(((x - at[0]) / 0.16) ** 2) - ((y - at[1]) / reach_y) ** 2)
    depth = skull(x, y)
    on = depth > 0
    front = np.stack([x, y, depth + bump - plane], axis=-1)[on]
    back = np.stack([x, y, -depth - plane], axis=-1)[on]
    skin = np.median(photo[(abs(x) < 0.5) & (abs(y) < 0.3)], axis=0)
    photo[(abs(x) > 0.8) & (y > 0.05)] = skin  # no collar on the cheek
    u, v = (grid.ravel() for grid in np.mgrid[-1:1:120j, -1:1:120j].astype(np.float32))
    u, v = u[u**2 + v**2 < 1], v[u**2 + v**2 < 1]
    ears = [np.stack([np.full_like(u, s * 1.22), 0.1 + 0.45 * v, 0.25 * u - plane], axis=-1) for s in (-1, 1)]
    points = np.concatenate([front, back, *ears]).astype(np.float32)
    shade = (1 - 0.35 * (u**2 + v**2 > 0.6))[:, None] * skin
    colours = np.concatenate([photo[on], np.full((len(back), 3), _HAIR), shade, shade])
    return points, colours.astype(np.uint8)


@lru_cache(maxsize=512)
def _head(yaw_steps: int, pitch_steps: int) -> NDArray[np.uint8]:
    """The head alone, (SIZE, SIZE, 4) uint8: RGB, and where it is."""
    points, colours = _cloud()
    a, b = np.radians([yaw_steps * _STEP, -pitch_steps * _STEP])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    turned = points @ (about_x @ about_y).T.astype(np.float32)
    order = np.argsort(turned[:, 2])  # the farthest first: what is nearer is drawn over it
    turned = turned[order]
    scale = UNIT * DISTANCE / (DISTANCE - turned[:, 2])
    at_x, at_y = (
        np.clip(np.rint(SIZE / 2 + turned[:, axis] * scale), 0, SIZE - 1).astype(int) for axis in (0, 1)
    )
    drawn = np.zeros((SIZE, SIZE, 4), np.uint8)
    drawn[at_y, at_x, :3] = colours[order]
    drawn[at_y, at_x, 3] = 255
    return np.asarray(cv2.medianBlur(drawn, 3), np.uint8)


@cache
def skin() -> tuple[int, int, int]:
    """The colour of the astronaut's cheek, RGB."""
    points, colours = _cloud()
    cheek = (abs(points[:, 0]) > 0.35) & (abs(points[:, 0]) < 0.6) & (abs(points[:, 1] - 0.15) < 0.2)
    red, green, blue = np.median(colours[cheek & (points[:, 2] > -0.5)], axis=0).tolist()
    return int(red), int(green), int(blue)


def _shoulders(frame: NDArray[np.float32], middle: NDArray[np.float64], face: float) -> None:
    x, y = middle
    neck = np.array(
        [[x - 0.2 * face, y], [x + 0.2 * face, y], [x + 0.25 * face, y + face], [x - 0.25 * face, y + face]]
    )
    cv2.fillConvexPoly(frame, neck.astype(int), [0.85 * part for part in skin()])
    cv2.ellipse(
        frame, (int(x), int(y + 1.5 * face)), (int(1.1 * face), int(0.75 * face)), 0, 0, 360, _SUIT, -1
    )


def _open_hand(frame: NDArray[np.float32], at: NDArray[np.float64], face: float) -> None:
    x, y = at
    colour = [0.95 * part for part in skin()]
    crease = [0.7 * part for part in skin()]
    palm = (int(x), int(y + 0.15 * face))
    for spread in (-0.5, -0.18, 0.12, 0.42):
        tip = (int(x + spread * face * 0.75), int(y - 0.55 * face))
        root = (int(x + spread * face * 0.5), int(y + 0.05 * face))
        cv2.line(frame, root, tip, crease, int(0.17 * face), cv2.LINE_AA)
        cv2.line(frame, root, tip, colour, int(0.145 * face), cv2.LINE_AA)
    cv2.ellipse(frame, palm, (int(0.34 * face), int(0.36 * face)), 0, 0, 360, colour, -1, cv2.LINE_AA)
    wrist = (int(x), int(y + 1.4 * face))
    cv2.line(frame, palm, wrist, colour, int(0.36 * face), cv2.LINE_AA)


def _finger(frame: NDArray[np.float32], middle: NDArray[np.float64], face: float, side: int) -> None:
    x, y = middle
    colour, crease = [0.95 * part for part in skin()], [0.7 * part for part in skin()]
    cheek = (int(x + side * 0.22 * face), int(y + 0.12 * face))
    fist = (int(x + side * 0.62 * face), int(y + 0.32 * face))
    cv2.line(
        frame, fist, (int(x + side * 0.85 * face), int(y + 1.4 * face)), colour, int(0.3 * face), cv2.LINE_AA
    )
    cv2.ellipse(frame, fist, (int(0.2 * face), int(0.22 * face)), 0, 0, 360, colour, -1, cv2.LINE_AA)
    cv2.line(frame, fist, cheek, crease, int(0.13 * face), cv2.LINE_AA)
    cv2.line(frame, fist, cheek, colour, int(0.1 * face), cv2.LINE_AA)
