"""How far the estimated yaw of a head is off: `python tests/bench/bench_pose.py [FACES_CSV]`.

A frontal photograph (scikit-image's astronaut) is laid over an ellipsoid with a nose
on it, turned in steps, drawn in perspective as from 60 cm in a frame of 640x360, and given
to YuNet and `yaw_of`. What is printed is the estimate less the truth, for faces of several
sizes. An ellipsoid has no cheeks, no jaw and no ears: beyond 40 degrees it is harder than life.
Then the photograph itself is tilted, and the tilt of YuNet's eyes printed.

FACES_CSV, a table of YuNet's points on photographs (columns eye_r_x ... mouth_l_y), adds
the proportions that `veritile.frame.pose` takes for granted: of the faces whose nose lies
on the midline, and the nose's length that explains how the others' eyes draw together.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from skimage.data import astronaut

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pictures
from veritile.frame.faces import FaceDetector
from veritile.frame.pose import NOSE_OUT, yaw_of

YAWS = (-60, -50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50, 60)
TILTS = (-30, -20, -10, 0, 10, 20, 30)
TILES = {"face of 64 px": 64, "100 px": 100, "200 px": 200}
"""Long side of the unturned face box in a frame of 640x360."""
DISTANCE = 8.5
"""Of the camera, in distances from the eyes to the mouth: 60 cm."""
SIZE, UNIT = 480, 100
"""Side of a drawn picture, and the distance from eyes to mouth in it, in pixels."""
FACE_PX = 240
"""About the long side of YuNet's box of the unturned head in it."""
GROUND = 110
POINTS = ("eye_r", "eye_l", "nose", "mouth_r", "mouth_l")


class Head:
    """The photograph as a cloud of coloured points, in units of the distance from eyes to mouth."""

    def __init__(self, detector: FaceDetector, nose: float) -> None:
        photo = astronaut()
        eye_r, eye_l, tip, mouth_r, mouth_l = np.array(detector.detect(photo)[0].landmarks)
        eyes, mouth = (eye_r + eye_l) / 2, (mouth_r + mouth_l) / 2
        unit, centre = float(np.hypot(*(mouth - eyes))), (eyes + mouth) / 2
        half = round(1.9 * unit)
        left, top = np.rint(centre).astype(int) - half
        photo = photo[max(0, top) : top + 2 * half, left : left + 2 * half]
        dense = 4 * UNIT / unit  # so many points that a stretched cheek has no holes
        photo = np.asarray(
            cv2.resize(photo, None, fx=dense, fy=dense, interpolation=cv2.INTER_CUBIC), np.uint8
        )
        rows, columns = np.mgrid[0 : photo.shape[0], 0 : photo.shape[1]].astype(np.float32)
        x = (columns / dense + left - centre[0]) / unit
        y = (rows / dense + max(0, top) - centre[1]) / unit
        at = (tip - centre) / unit
        corners = (np.array([eye_r, eye_l, mouth_r, mouth_l]) - centre) / unit
        plane = float(np.mean([_skull(*corner) for corner in corners]))
        length = plane + nose - float(_skull(*at))
        reach_y = np.where(y < at[1], 0.35, 0.12)  # a ridge up to the eyes, and steep below the tip
        bump = length * np.exp(-(((x - at[0]) / 0.16) ** 2) - ((y - at[1]) / reach_y) ** 2)
        depth = _skull(x, y)
        self._points = np.stack([x, y, depth + bump - plane], axis=-1)[depth > 0]
        self._colours = photo[depth > 0]

    def turned(self, yaw: float) -> NDArray[np.uint8]:
        """Draw the head, turned by degrees to the right; (SIZE, SIZE, 3) uint8."""
        a = np.radians(yaw)
        about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        points = self._points @ about_y.T.astype(np.float32)
        order = np.argsort(points[:, 2])  # the farthest first: what is nearer is drawn over it
        points = points[order]
        scale = UNIT * DISTANCE / (DISTANCE - points[:, 2])
        columns, rows = (
            np.clip(np.rint(SIZE / 2 + points[:, axis] * scale), 0, SIZE - 1).astype(int) for axis in (0, 1)
        )
        picture = np.full((SIZE, SIZE, 3), GROUND, np.uint8)
        picture[rows, columns] = self._colours[order]
        return np.asarray(cv2.medianBlur(picture, 3), np.uint8)


def _skull(x: Any, y: Any) -> Any:
    """Depth of an ellipsoid 17 cm wide, 23 cm high, 19 cm deep, for 7 cm from eyes to mouth; 0 beside it."""
    return 1.35 * np.sqrt(np.clip(1 - (x / 1.2) ** 2 - ((y + 0.2) / 1.65) ** 2, 0.0, None))


def in_tile(drawn: NDArray[np.uint8], face_px: int) -> NDArray[np.uint8]:
    """A frame of 640x360 with a drawn head in its middle."""
    side = round(SIZE * face_px / FACE_PX)
    small = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)[:360]
    frame = np.full((360, 640, 3), GROUND, np.uint8)
    frame[(360 - len(small)) // 2 :][: len(small), (640 - side) // 2 :][:, :side] = small
    return frame


def yaw_table(detector: FaceDetector) -> Table:
    """Estimate less truth in degrees, for each angle and size of face."""
    head = Head(detector, NOSE_OUT)
    table = Table("yaw", *(f"error, {tile}" for tile in TILES), box=None)
    for yaw in YAWS:
        drawn = head.turned(yaw)
        found = [detector.detect(in_tile(drawn, size)) for size in TILES.values()]
        cells = [f"{yaw_of(faces[0].landmarks) - yaw:+.0f}" if faces else "no face" for faces in found]
        table.add_row(f"{yaw:+d}", *cells)
    return table


def tilt_table(detector: FaceDetector) -> Table:
    """Tilt of the line through YuNet's eyes in degrees, for each tilt of the picture and size of face."""
    table = Table("tilt", *(f"eyes, {tile}" for tile in TILES), box=None)
    for tilt in TILTS:
        cells = []
        for size in TILES.values():
            turn = cv2.getRotationMatrix2D((320, 162), -tilt, 1.0)
            tilted = cv2.warpAffine(pictures.person(face_px=size), turn, (640, 360))
            (right_x, right_y), (left_x, left_y), *_ = detector.detect(tilted)[0].landmarks
            cells.append(f"{np.degrees(np.arctan2(left_y - right_y, left_x - right_x)):+.0f}")
        table.add_row(f"{tilt:+d}", *cells)
    return table


def proportions(path: Path) -> Table:
    """What a table of YuNet's points says of the constants of `veritile.frame.pose`."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    points = np.array([[[float(row[f"{p}_{axis}"]) for axis in "xy"] for p in POINTS] for row in rows])
    eyes, mouth = points[:, :2].mean(axis=1), points[:, 3:].mean(axis=1)
    height = np.hypot(*(mouth - eyes).T)
    down = (mouth - eyes) / height[:, None]
    right = np.stack([down[:, 1], -down[:, 0]], axis=-1)

    def along(axis: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((axis * of).sum(axis=1) / height)

    aside = np.abs(along(right, points[:, 2] - eyes))
    widths = {
        "EYES": along(right, points[:, 1] - points[:, 0]),
        "MOUTH": along(right, points[:, 4] - points[:, 3]),
    }
    frontal = aside < 0.05
    table = Table("proportion", "median", "spread (sd)", "faces", box=None)
    for name, value in widths.items():
        seen = value[frontal]
        table.add_row(name, f"{np.median(seen):.3f}", f"{seen.std():.3f}", str(len(seen)))
    front = np.median(widths["EYES"][frontal])
    for low, high in ((0.15, 0.25), (0.25, 0.35), (0.35, 0.5)):
        turned = (aside >= low) & (aside < high)
        sine = np.sqrt(np.clip(1 - (np.median(widths["EYES"][turned]) / front) ** 2, 1e-9, None))
        length = np.median(aside[turned]) / sine
        table.add_row(f"NOSE_OUT, nose {low}-{high} aside", f"{length:.3f}", "", str(int(turned.sum())))
    return table


def main() -> None:
    """Turn the head, tilt the picture, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="?", metavar="FACES_CSV")
    faces = parser.parse_args().faces
    console = Console()
    detector = FaceDetector()
    console.print(yaw_table(detector))
    console.print(tilt_table(detector))
    if faces:
        console.print(proportions(faces))


if __name__ == "__main__":
    main()
