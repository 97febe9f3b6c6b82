"""Training pairs as the tests want them: small and quick."""

from pathlib import Path

from veritile.train.degrade import Image
from veritile.train.faces import FaceSet
from veritile.train.pairs import KINDS, PairSource, Sources


def pairs_of(made_from: Sources, *kinds: str, **options: object) -> PairSource:
    """Without the video encoder, which is tested by itself and needs PyAV."""
    shares = dict.fromkeys(kinds or KINDS, 1.0)
    given = {"size": 48, "margin": 1.3, "seed": 7, "shares": shares, "encoded": 0.0}
    return PairSource(made_from, **(given | options))  # type: ignore[arg-type]


class Noting(FaceSet):
    """Writes down whose pictures are read."""

    def __init__(self, folder: Path, split: str) -> None:
        super().__init__(folder, split)
        self.seen: list[int] = []

    def read(self, index: int) -> Image:
        self.seen.append(index)
        return super().read(index)
