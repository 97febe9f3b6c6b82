"""Does the heat map lie on what was changed?

    python tests/bench/bench_heatmap.py [--pairs 60] [--model NAME]

Blends a face of the astronaut with a changed copy of itself, within a mask, as training does, and tells
which share of the map's mass lies inside the mask against the share of the crop that the mask takes:
above 1 is more than chance. The same is told of the map of the untouched face under the same mask: what
lies there without any blend.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import click
import cv2
import numpy as np

import pictures
from veritile.frame import FrameAnalyzer
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.crop import crop_face
from veritile.frame.model import Model
from veritile.frame.occlusion import CELLS, heat_map
from veritile.train.blend import self_blend


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    options = parser.parse_args()
    model, rng = Model.load(read_card(options.model)), np.random.default_rng(0)
    picture = pictures.astronaut()
    face = FrameAnalyzer.load(options.model).analyze_rgb(picture).face
    assert face is not None
    real = heat_map(model, picture, face.box).values
    blended, untouched, areas = [], [], []
    for _ in range(options.pairs):
        pair = self_blend(picture, face.landmarks, rng)
        shown = np.repeat(np.rint(255 * pair.mask).astype(np.uint8)[..., None], 3, axis=2)
        crop = crop_face(shown, face.box, margin=model.info.crop_margin, size=model.info.input_size)[..., 0]
        mask = cv2.resize(crop / 255.0, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        fake = heat_map(model, pair.fake, face.box).values
        for found, values in ((blended, fake), (untouched, real)):
            found.append(float((values * mask).sum() / values.sum() / mask.mean()))
        areas.append(float(mask.mean()))
    draws = rng.choice(blended, (4000, len(blended))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    click.echo(
        f"{options.model}, {options.pairs} blends, "
        f"mask {np.mean(areas):.0%} of the crop: mass inside / chance "
        f"{np.mean(blended):.2f} ({low:.2f}-{high:.2f}), above 1 in {np.mean(np.array(blended) > 1):.0%}; "
        f"of the untouched face {np.mean(untouched):.2f}"
    )


if __name__ == "__main__":
    main()
