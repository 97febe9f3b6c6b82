"""Make the practice page's films: `python scripts/practice_films.py [FOLDER]`.

The astronaut moves as a person in a call does; in the second film of each pair her face is a
layer of its own, which fails as swapped faces do. A film is one WebP picture, its frames in
rows of four. The same script gives the same films.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

Picture = NDArray[np.float32]
"""(height, width, 3) RGB, 0-255."""

FOLDER = Path(__file__).resolve().parent.parent / "extension" / "src" / "practice" / "films"
FRAMES, COLUMNS, SIDE = 12, 4, 240
"""Frames of a film, in a row, and the side of each in pixels; src/practice/film.ts knows them too."""
QUALITY = 62
_CROP = (124, 20, 220)  # left, top, side of the head and shoulders in the photograph
_FACE = (0.455, 0.435)  # the middle of the face, shares of the crop
_OVAL = (0.17, 0.235)  # of what is swapped: half its width and height, shares of the crop
_HEAD = (0.27, 0.36)
_SKIN = (203, 152, 122)


@dataclass(frozen=True)
class Pose:
    """What the camera sees: `turn` -1 to 1 to the sides, `zoom` as a factor, `lamp` and `hand` -1 to 1."""

    turn: float = 0.0
    zoom: float = 1.0
    lamp: float = 0.0
    hand: float | None = None
    drift: float = 0.0


def portrait() -> Picture:
    """Head and shoulders, at twice the size of a film."""
    left, top, side = _CROP
    photo = astronaut()[top : top + side, left : left + side]
    large = cv2.resize(photo, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)


def seen(photo: Picture, pose: Pose) -> Picture:
    """The person in this pose, without a hand."""
    size = 2 * SIDE
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    x = (columns - _FACE[0]) / pose.zoom + _FACE[0] - pose.drift
    y = (rows - _FACE[1]) / pose.zoom + _FACE[1]
    # What is nearer to the camera moves further when the head turns: a dome for the head, none for the rest.
    dome = np.clip(1 - ((x - _FACE[0]) / _HEAD[0]) ** 2 - ((y - _FACE[1]) / _HEAD[1]) ** 2, 0, None)
    x = x - 0.075 * pose.turn * np.sqrt(dome)
    moved = cv2.remap(photo, x * size, y * size, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def lit(picture: Picture, lamp: float) -> Picture:
    """Light from one side; -1 left, 1 right."""
    across = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    return np.asarray(picture * (1 + 0.75 * lamp * across) * (1 - 0.12 * abs(lamp)), np.float32)


def oval(pose: Pose, softness: float, shift: float = 0.0, scale: float = 1.0) -> Picture:
    """Where the face of its own lies, 0-1, (size, size, 1)."""
    size = 2 * SIDE
    mask = np.zeros((size, size), np.float32)
    middle = (round((_FACE[0] + pose.drift + shift) * size), round(_FACE[1] * size))
    axes = [round(axis * scale * pose.zoom * size) for axis in _OVAL]
    cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), softness), np.float32)[..., None]


def hand(picture: Picture, at: float) -> Picture:
    """An open hand in front of the face; `at` from -1 to 1 across it."""
    picture = picture.copy()
    size = 2 * SIDE
    x, y, unit = (_FACE[0] + 0.55 * at) * size, (_FACE[1] + 0.1) * size, 0.26 * size
    crease = [0.62 * part for part in _SKIN]
    for width, colour in ((0.25, crease), (0.215, _SKIN)):
        for spread in (-0.42, -0.15, 0.12, 0.38):
            root = (round(x + spread * unit), round(y))
            tip = (round(x + 1.3 * spread * unit), round(y - (1.0 - 0.5 * abs(spread)) * unit))
            cv2.line(picture, root, tip, colour, round(width * unit), cv2.LINE_AA)
            if colour is crease:
                continue
            cv2.circle(picture, tip, round(0.06 * unit), [1.06 * part for part in _SKIN], -1, cv2.LINE_AA)
    cv2.ellipse(
        picture,
        (round(x), round(y + 0.2 * unit)),
        (round(0.56 * unit), round(0.5 * unit)),
        0,
        0,
        360,
        _SKIN,
        -1,
    )
    wrist = [
        (x - 0.36 * unit, y + 0.4 * unit),
        (x + 0.36 * unit, y + 0.4 * unit),
        (x + 0.5 * unit, size),
        (x - 0.3 * unit, size),
    ]
    cv2.fillConvexPoly(picture, np.rint(wrist).astype(np.int32), _SKIN, cv2.LINE_AA)
    return picture


def swapped(photo: Picture) -> Picture:
    """Somebody else's face of the same person: softer, a little wider, another complexion."""
    soft = cv2.GaussianBlur(photo, (0, 0), 1.6)
    size = 2 * SIDE
    wider = cv2.getRotationMatrix2D((_FACE[0] * size, _FACE[1] * size), 1.5, 1.04)
    soft = cv2.warpAffine(soft, wider, (size, size), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(soft * np.array([1.03, 0.97, 0.91]) + 4, 0, 255), np.float32)


Swap = Callable[[Picture, Picture, Pose, int], Picture]


def _over(real: Picture, fake: Picture, mask: Picture) -> Picture:
    return np.asarray(real * (1 - mask) + fake * mask, np.float32)


def _slides(photo: Picture, other: Picture, pose: Pose, index: int) -> Picture:
    late = Pose(turn=0.35 * pose.turn)
    return _over(seen(photo, pose), seen(other, late), oval(late, 3.0, shift=-0.012 * pose.turn))


def _shows_through(photo: Picture, other: Picture, pose: Pose, index: int) -> Picture:
    assert pose.hand is not None
    return _over(hand(seen(photo, pose), pose.hand), seen(other, pose), 0.8 * oval(pose, 7.0))


def _keeps_its_light(photo: Picture, other: Picture, pose: Pose, index: int) -> Picture:
    return _over(lit(seen(photo, pose), pose.lamp), seen(other, pose), oval(pose, 9.0))


def _stays_soft(photo: Picture, other: Picture, pose: Pose, index: int) -> Picture:
    small = cv2.resize(
        seen(other, pose), None, fx=1 / (5 * pose.zoom), fy=1 / (5 * pose.zoom), interpolation=cv2.INTER_AREA
    )
    soft = cv2.resize(small, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_CUBIC)
    return _over(seen(photo, pose), np.asarray(soft, np.float32), oval(pose, 6.0))


def _shimmers(photo: Picture, other: Picture, pose: Pose, index: int) -> Picture:
    random = np.random.default_rng(index)
    shift, scale = random.normal(0, 0.008), 1 + random.normal(0, 0.03)
    tint = np.array([1.02, 0.98, 0.95], np.float32) * (1 + random.normal(0, 0.02))
    return _over(seen(photo, pose), seen(other, pose) * tint, oval(pose, 2.5, shift, scale))


def _poses(name: str) -> list[Pose]:
    phases = 2 * np.pi * np.arange(FRAMES) / FRAMES
    drift = 0.006 * np.sin(phases)
    match name:
        case "turn":
            return [Pose(turn=float(np.sin(p))) for p in phases]
        case "hand":
            return [Pose(hand=float(-np.cos(p)), drift=float(d)) for p, d in zip(phases, drift, strict=True)]
        case "light":
            return [Pose(lamp=float(np.sin(p)), drift=float(d)) for p, d in zip(phases, drift, strict=True)]
        case "near":
            return [Pose(zoom=1.25 - 0.25 * float(np.cos(p))) for p in phases]
    return [Pose(drift=float(d), turn=0.12 * float(np.sin(p))) for p, d in zip(phases, drift, strict=True)]


PAIRS: dict[str, Swap] = {
    "turn": _slides,
    "hand": _shows_through,
    "light": _keeps_its_light,
    "near": _stays_soft,
    "edge": _shimmers,
}


def real(photo: Picture, pose: Pose) -> Picture:
    """What a camera would see of a real face."""
    picture = lit(seen(photo, pose), pose.lamp)
    return picture if pose.hand is None else hand(picture, pose.hand)


def film(frames: list[Picture]) -> Image.Image:
    """All frames in one picture."""
    small = [cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in frames]
    rows = [np.hstack(small[at : at + COLUMNS]) for at in range(0, FRAMES, COLUMNS)]
    return Image.fromarray(np.clip(np.vstack(rows), 0, 255).astype(np.uint8))


def main() -> None:
    """Write all films."""
    parser = argparse.ArgumentParser(description="Make the practice page's films.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    photo = portrait()
    other = swapped(photo)
    for name, swap in PAIRS.items():
        poses = _poses(name)
        pair = {
            "real": [real(photo, pose) for pose in poses],
            "swap": [swap(photo, other, pose, index) for index, pose in enumerate(poses)],
        }
        for kind, frames in pair.items():
            film(frames).save(folder / f"{name}_{kind}.webp", quality=QUALITY, method=6)
    total = sum(path.stat().st_size for path in folder.glob("*.webp"))
    print(f"{2 * len(PAIRS)} films, {total / 1000:.0f} kB, in {folder}")


if __name__ == "__main__":
    main()
