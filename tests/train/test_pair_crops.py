"""How training pairs are cut: around the face, wherever it is, and for learning a little beside it."""

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from training_pairs import pairs_of
from veritile.train.faces import FaceSet
from veritile.train.livepairs import LivePairs
from veritile.train.pairs import Sources

Picture = np.ndarray

SIDE, FACE_PX, RADIUS = 360, 200.0, 60


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """One picture: a white disc in the middle of black."""
    folder = tmp_path_factory.mktemp("disc")
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    middle = ((SIDE - 1) * 8,) * 2  # in sixteenths of a pixel
    cv2.circle(picture, middle, RADIUS * 16, (255, 255, 255), -1, cv2.LINE_AA, shift=4)
    with zipfile.ZipFile(folder / "disc.zip", "w") as archive:
        archive.writestr("disc.png.jpg", cv2.imencode(".jpg", picture)[1].tobytes())
    points = [(145, 150), (215, 150), (180, 185), (150, 220), (210, 220)]
    names = ",".join(f"{p}_{a}" for p in ("eye_r", "eye_l", "nose", "mouth_r", "mouth_l") for a in "xy")
    row = ",".join(str(v) for point in points for v in point)
    (folder / "faces.csv").write_text(
        f"file,source,identity,split,size,face_px,{names}\ndisc.png.jpg,disc,1,train,{SIDE},{FACE_PX},{row}\n"
    )
    return Sources(FaceSet(folder, "train"))


class TestCrop:
    def found(self, pair: Picture) -> tuple[float, float, float]:
        """Centre and radius of the disc in the real half, as shares of the crop's side."""
        grey = pair[0, ..., :3].mean(axis=-1)
        white = grey > (np.percentile(grey, 2) + np.percentile(grey, 98)) / 2
        ys, xs = np.nonzero(white)
        side = len(grey)
        return (xs.mean() + 0.5) / side, (ys.mean() + 0.5) / side, float(np.sqrt(white.mean() / np.pi))

    @pytest.mark.parametrize("margin", [1.1, 1.5])
    def test_for_measuring_the_face_is_centred_and_of_one_size(self, disc: Sources, margin: float) -> None:
        source = pairs_of(disc, "blended", size=96, margin=margin, jitter=False)
        for number in range(30):
            x, y, radius = self.found(source[number])
            assert (x, y) == pytest.approx((0.5, 0.5), abs=0.015), number
            assert radius == pytest.approx(RADIUS / FACE_PX / margin, rel=0.06), number

    def test_a_face_beside_the_middle_is_found_in_mirrored_pictures_too(
        self, disc: Sources, tmp_path: Path
    ) -> None:
        """As in calls, where the face is where the person sits."""
        picture = np.zeros((200, 300, 3), np.uint8)
        cv2.circle(picture, (80, 120), 30, (255, 255, 255), -1, cv2.LINE_AA)
        rows = ["file,clip,label,frame,width,height,face_x,face_y,face_w,face_h"]
        for label in ("real", "fake"):
            cv2.imwrite(str(tmp_path / f"{label}.jpg"), picture // (1 + (label == "fake")))
            rows.append(f"{label}.jpg,0,{label},0,300,200,30,70,100,100")
        (tmp_path / "pairs.csv").write_text("\n".join(rows))
        calls = Sources(disc.faces, live=LivePairs(tmp_path))
        source = pairs_of(calls, "live", size=96, jitter=False)
        for number in range(12):
            x, y, _ = self.found(source[number])
            assert (x, y) == pytest.approx((0.5, 0.5), abs=0.03), number

    def test_for_learning_it_moves_as_a_detectors_box_does(self, disc: Sources) -> None:
        source = pairs_of(disc, "blended", size=96)
        places = np.array([self.found(source[number]) for number in range(60)])
        assert np.abs(places[:, :2] - 0.5).max() < 0.05  # 4 % of the face, in crops a little larger than it
        assert places[:, :2].std(axis=0) == pytest.approx(0.018, abs=0.008)
        assert 1.1 < places[:, 2].max() / places[:, 2].min() < 1.35
