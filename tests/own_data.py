"""A user's folder of real and fake people, made of one photograph in different places and lights."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from films import write_film
from pictures import Picture, jpeg, person


def someone(number: int, *, fake: bool = False, take: int = 0, face_px: int = 120) -> Picture:
    """(180, 320, 3) uint8 RGB; a fake's face is smoothed, as by a generator."""
    rng = np.random.default_rng((number, take))
    frame = person(320, 180, face_px=face_px, x=0.4 + 0.2 * rng.random())
    if fake:
        frame = np.asarray(cv2.bilateralFilter(frame, 9, 60, 4), np.uint8)
    tint = 0.75 + 0.25 * np.random.default_rng(number).random(3)
    noise = rng.normal(0, 2, frame.shape)
    return np.clip(frame * tint + noise, 0, 255).astype(np.uint8)


def write_people(folder: Path, *, people: int = 4, takes: int = 2) -> Path:
    """`real/pN/T.jpg` and `fake/pN/T.jpg` for every person."""
    for label in ("real", "fake"):
        for number in range(people):
            home = folder / label / f"p{number}"
            home.mkdir(parents=True)
            for take in range(takes):
                picture = someone(number, fake=label == "fake", take=take)
                (home / f"{take}.jpg").write_bytes(jpeg(picture))
    return folder


def write_video(path: Path, number: int, *, frames: int = 30, fake: bool = False) -> Path:
    """Ten frames a second of one person."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_film(path, (someone(number, fake=fake, take=take) for take in range(frames)))
