"""Endless training pairs: a real face and its fake, degraded alike and cut as the live path cuts.

Six kinds of fake, from the seam alone to the real thing:

- `blended`: the face blended with a changed copy of itself (`veritile.train.blend`);
- `restyled`: the face with the texture that a real live swap gave to another one (`veritile.train.restyle`);
- `generated`: the face as a generator made it again, laid over itself as a live swap does;
- `other`: another person's face, as photographed or as generated, laid over;
- `transplant`: a real live swap's face, cut from a call and laid over a photograph;
- `live`: a frame of a call before and after a real live swap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import ModelError
from veritile.frame.crop import crop_face
from veritile.train.background import blur_background
from veritile.train.blend import Image, Mask, Pair, face_mask, self_blend
from veritile.train.camera import Camera
from veritile.train.degrade import Degradation
from veritile.train.faces import FacePicture, FaceSet
from veritile.train.generator.align import to_canonical
from veritile.train.generator.cache import GeneratedFaces
from veritile.train.livepairs import Box, LivePair, LivePairs
from veritile.train.restyle import Style, measure_style, restyle
from veritile.train.swap import Donor, match_colours, simulate_swap

KINDS: Final = ("blended", "restyled", "generated", "other", "transplant", "live")
OF_CALLS: Final = ("restyled", "transplant", "live")
"""Those that show something of a clip of live swaps."""
BLURRED: Final = 0.12
"""How often a photograph's background is blurred, in the real picture and so in its fake."""
CANDIDATES: Final = 48
"""Other people of whom the one that looks in the most similar direction is taken."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What pairs are made from; may be sent to worker processes."""

    faces: FaceSet
    generated: GeneratedFaces | None = None
    live: LivePairs | None = None

    @classmethod
    def open(
        cls, faces: Path, split: str, *, generated: Path | None = None, live: LivePairs | None = None
    ) -> Sources:
        """The sources in these folders.

        Raises:
            FileUnreadableError, CorruptImageError: one of them cannot be read.
        """
        return cls(FaceSet(faces, split), GeneratedFaces(generated) if generated else None, live)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of pictures and of their tables."""
        parts = (self.faces, self.generated, self.live)
        return {name: digest for part in parts if part for name, digest in part.digests().items()}

    def allows(self, kind: str) -> bool:
        """Whether fakes of that kind can be made."""
        needed = {
            "restyled": self.live,
            "generated": self.generated,
            "transplant": self.live,
            "live": self.live,
        }
        return needed.get(kind, self.faces) is not None


@dataclass(frozen=True, slots=True)
class _Sample:
    real: Image
    fake: Image
    mask: Mask
    """(H, W) float32, 0-1: how much of the fake is not the real picture."""
    box: Box


class PairSource:
    """Pair number n, for any n: the same seed and number always give the same pixels.

    So a run that was interrupted goes on with the very pairs it would have
    seen, and workers share nothing.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        size: int,
        margin: float,
        seed: int,
        shares: Mapping[str, float],
        encoded: float = 0.4,
        jitter: bool = True,
    ) -> None:
        """Pairs of `size` x `size` pixels.

        Args:
            sources: what they are made from.
            size: side of the network's input in pixels.
            margin: side of the crop / long side of the face box.
            seed: of all chance.
            shares: how often each of `KINDS` is drawn, in proportion; those that the sources do not allow
                are left out.
            encoded: how often a pair goes through a call's video encoder, 0-1.
            jitter: vary the crop as a face detector's box varies; off for measuring.

        Raises:
            ValueError: an unknown kind, or a share that is negative or no number.
            ModelError: the sources allow none of the kinds that have a share.
        """
        self.sources = sources
        self.size = size
        self.margin = margin
        self.seed = seed
        self.encoded = encoded
        self.jitter = jitter
        if not set(shares) <= set(KINDS) or not all(0 <= share < np.inf for share in shares.values()):
            raise ValueError(f"shares are numbers from 0 up of {', '.join(KINDS)}, not {dict(shares)}")
        self.kinds = [kind for kind in KINDS if shares.get(kind, 0) > 0 and sources.allows(kind)]
        if not self.kinds:
            asked = ", ".join(kind for kind, share in shares.items() if share) or "none"
            raise ModelError(
                f"These data allow no kind of fake that is asked for ({asked}): give what they are made "
                "from, or other shares."
            )
        weights = np.array([shares[kind] for kind in self.kinds], dtype=np.float64)
        self._odds = weights / weights.sum()
        self._styles: dict[str, Style | None] = {}
        self._directions = _directions(sources.faces) if "other" in self.kinds else None

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """(2, size, size, 4) uint8: the real face, then its fake; RGB, and how much was changed (0-255)."""
        rng = np.random.default_rng((self.seed, number))
        kind = self._kind(rng)
        sample = self._make(kind, number, rng)
        long_side = max(sample.box[2:])
        degradation = Degradation.draw(rng, face_px=long_side, encoded=self.encoded)
        tiles = [degradation.apply(half) for half in (sample.real, sample.fake)]
        ratio = tiles[0].shape[1] / sample.real.shape[1]
        x, y, width, height = (value * ratio for value in sample.box)
        if degradation.flip:
            x = tiles[0].shape[1] - x - width
        margin = self.margin
        if self.jitter:
            margin *= rng.uniform(0.9, 1.15)
            x, y = np.array([x, y]) + rng.uniform(-0.04, 0.04, 2) * long_side * ratio
        box = (x, y, width, height)
        changed = cv2.resize((sample.mask * 255).astype(np.uint8), tiles[0].shape[1::-1])
        changed = cv2.flip(changed, 1) if degradation.flip else changed
        maps = (np.zeros_like(changed), changed)
        return np.stack(
            [
                crop_face(np.dstack([tile, changes]), box, margin=margin, size=self.size)
                for tile, changes in zip(tiles, maps, strict=True)
            ]
        )

    def _make(self, kind: str, number: int, rng: np.random.Generator) -> _Sample:
        if kind == "live":
            return self._live(self._call(number), rng)
        faces = self.sources.faces
        # Every picture comes once before any comes twice.
        epoch, place = divmod(number, len(faces))
        index = int(np.random.default_rng((self.seed, epoch)).permutation(len(faces))[place])
        picture = faces.pictures[index]
        image = Camera.draw(rng).take(faces.read(index))
        if rng.random() < BLURRED:
            image = blur_background(image, picture.landmarks, rng)
        if kind == "blended":
            pair = self_blend(image, picture.landmarks, rng)
        elif kind == "restyled":
            pair = self._restyled(image, picture, self._call(number), rng)
        elif kind == "generated":
            pair = simulate_swap(image, picture.landmarks, self._generated(picture, rng), rng)
        elif kind == "other":
            pair = simulate_swap(image, picture.landmarks, self._other(index, rng), rng)
        else:
            donor = self._transplant(self._call(number), rng) or Donor(image, np.asarray(picture.landmarks))
            pair = simulate_swap(image, picture.landmarks, donor, rng)
        side, (height, width) = picture.face_px, image.shape[:2]
        box = (width / 2 - side / 2, height / 2 - side / 2, side, side)
        return _Sample(pair.real, pair.fake, pair.mask, box)

    def clip_of(self, number: int) -> str | None:
        """The clip of live swaps that a pair shows something of; None if it is of photographs alone."""
        kind = self._kind(np.random.default_rng((self.seed, number)))
        return self._call(number).clip if kind in OF_CALLS else None

    def _kind(self, rng: np.random.Generator) -> str:
        return self.kinds[int(rng.choice(len(self.kinds), p=self._odds))]

    def _call(self, number: int) -> LivePair:
        """The frame of a call that a pair of such a kind is made with."""
        assert self.sources.live is not None  # `allows` has seen to it
        # Chance of its own, so that it is known without making the pair.
        return self.sources.live.draw(np.random.default_rng((self.seed, number, 1)))

    def _restyled(self, image: Image, picture: FacePicture, pair: LivePair, rng: np.random.Generator) -> Pair:
        """The picture's face with the texture of a swap; of one without a face to be found, blended."""
        live = self.sources.live
        assert live is not None  # `allows` has seen to it
        if pair.real not in self._styles:
            real, fake = live.read(pair)
            points = live.landmarks(real, pair.box)
            self._styles[pair.real] = (
                None if points is None else measure_style(real, fake, points, max(pair.box[2:]))
            )
        style = self._styles[pair.real]
        if style is None:
            return self_blend(image, picture.landmarks, rng)
        return restyle(image, picture.landmarks, picture.face_px, style, rng)

    def _generated(self, picture: FacePicture, rng: np.random.Generator) -> Donor:
        """The picture's face as a generator made it, and its five points there."""
        generated = self.sources.generated
        assert generated is not None  # `allows` has seen to it
        square = generated.read(picture.file, generated.families[int(rng.integers(len(generated.families)))])
        matrix = to_canonical(picture.landmarks, square.shape[0])
        return Donor(square, np.asarray(picture.landmarks) @ matrix[:, :2].T + matrix[:, 2])

    def _other(self, index: int, rng: np.random.Generator) -> Donor:
        """Another person who looks in a similar direction, half of the time as a generator made him."""
        faces, directions = self.sources.faces, self._directions
        assert directions is not None  # made for this kind
        chosen = rng.integers(len(faces), size=CANDIDATES)
        chosen = chosen[chosen != index]
        away = np.linalg.norm(directions[chosen] - directions[index], axis=1)
        nearest = int(chosen[np.argmin(away)]) if len(chosen) else index
        if self.sources.generated is not None and rng.random() < 0.5:
            return self._generated(faces.pictures[nearest], rng)
        return Donor(faces.read(nearest), np.asarray(faces.pictures[nearest].landmarks))

    def _transplant(self, pair: LivePair, rng: np.random.Generator) -> Donor | None:
        """A face from a call: mostly the swapped one; None when no face is found in it."""
        live = self.sources.live
        assert live is not None  # `allows` has seen to it
        donor = live.read(pair)[int(rng.random() < 0.8)]
        points = live.landmarks(donor, pair.box)
        return None if points is None else Donor(donor, points)

    def _live(self, pair: LivePair, rng: np.random.Generator) -> _Sample:
        """A frame of a call and its swap, half of the time under another mask or with its colours moved."""
        live = self.sources.live
        assert live is not None  # `allows` has seen to it
        real, fake = live.read(pair)
        changed = _difference(real, fake)
        points = live.landmarks(real, pair.box) if rng.random() < 0.5 else None
        if points is not None:
            mask = face_mask(real.shape[:2], points, rng, solid=True)
            changed *= mask
            if rng.random() < 0.5:
                fake = match_colours(fake, real, mask, rng)
            weight = mask[..., None]
            fake = np.clip(fake * weight + real * (1 - weight) + 0.5, 0, 255).astype(np.uint8)
        return _Sample(real, fake, changed, pair.box)


def _difference(real: Image, fake: Image) -> Mask:
    """(H, W) float32, 0-1: where a frame was swapped, as far as the video's noise lets one see."""
    away = cv2.absdiff(real, fake).max(axis=2).astype(np.float32)
    side = max(3, real.shape[1] // 16) | 1
    return np.asarray(np.clip((cv2.blur(away, (side, side)) - 7) / 10, 0, 1), dtype=np.float32)


def _directions(faces: FaceSet) -> NDArray[np.float64]:
    """(N, 10) the five points of each face without place, size and roll: it tells where the face looks."""
    points = np.array([picture.landmarks for picture in faces.pictures], dtype=np.float64) @ (1, 1j)
    points -= points.mean(axis=1, keepdims=True)
    eyes = points[:, 1] - points[:, 0]
    points *= np.conj(eyes / np.maximum(np.abs(eyes), 1e-9))[:, None]
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    return np.concatenate([points.real, points.imag], axis=1)


def picture_sheet(source: PairSource, count: int = 24, columns: int = 12) -> Image:
    """Pairs side by side, each real face above its fake, for people to look at: (H, W, 3) uint8 RGB."""
    pairs = [np.concatenate(list(source[number][..., :3])) for number in range(count)]
    blank = np.full_like(pairs[0], 255)
    pairs += [blank] * (-count % columns)
    rows = [np.concatenate(pairs[start : start + columns], axis=1) for start in range(0, len(pairs), columns)]
    return np.asarray(cv2.copyMakeBorder(np.concatenate(rows), 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.uint8)
