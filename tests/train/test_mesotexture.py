"""MesoTexture: its fixed filters, what their statistics do and do not see, and the file that is exported."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

torch = pytest.importorskip("torch")

from veritile.errors import ModelMetadataError  # noqa: E402
from veritile.train.nets import build  # noqa: E402
from veritile.train.nets.mesotexture import (  # noqa: E402
    GRID,
    SCALES,
    STATISTICS,
    MesoTexture,
    _blur,
    _parts,
)

SIZE = 64
MAPS = STATISTICS // 14
"""Each with mean and spread over 7 parts of the picture."""


def face(size: int = SIZE) -> "torch.Tensor":
    """(1, 3, size, size): the astronaut's, cut as the live path cuts."""
    crop = cv2.resize(astronaut()[40:200, 145:305], (size, size), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255


def statistics(picture: "torch.Tensor") -> np.ndarray:
    """(2, MAPS, 7): mean and spread of each map over each part."""
    with torch.no_grad():
        found = MesoTexture(size=picture.shape[-1]).statistics(picture)
    # Of each map first the mean over each part, then the spread.
    return found.reshape(MAPS, 2, 7).permute(1, 0, 2).numpy()


def blurred(picture: "torch.Tensor", sigma: float) -> "torch.Tensor":
    image = picture[0].permute(1, 2, 0).numpy()
    return torch.from_numpy(cv2.GaussianBlur(image, (0, 0), sigma)).permute(2, 0, 1)[None]


class TestForm:
    @pytest.mark.parametrize("size", [64, 96, 160])
    def test_pictures_become_statistics_and_these_log_odds(self, size: int) -> None:
        net, batch = MesoTexture(size=size).eval(), torch.rand(3, 3, size, size)
        with torch.no_grad():
            found = net.statistics(batch)
            assert found.shape == (3, STATISTICS)
            assert torch.isfinite(found).all()
            assert net.judge(found).shape == (3,)
            assert torch.equal(net(batch), net.judge(found))

    @pytest.mark.parametrize("size", [0, 32, 48, 63, 72, 150, 161])
    def test_a_size_that_does_not_fit_is_refused(self, size: int) -> None:
        with pytest.raises(ModelMetadataError, match=f"side of {size} pixels does not fit.*multiple of 16"):
            build("mesotexture", size=size)

    @pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
    def test_a_picture_of_nothing_has_finite_statistics(self, level: float) -> None:
        assert np.isfinite(statistics(torch.full((1, 3, SIZE, SIZE), level))).all()

    def test_only_the_head_learns(self) -> None:
        learnt = {name.split(".")[0] for name, _ in MesoTexture(size=SIZE).named_parameters()}
        assert learnt == {"head"}

    def test_the_filters_are_not_part_of_the_weights(self) -> None:
        """So that a file of weights of one size does not hold what size alone decides."""
        assert {name.split(".")[0] for name in MesoTexture(size=SIZE).state_dict()} == {
            "head",
            "mean",
            "spread",
        }


class TestFilters:
    @pytest.mark.parametrize("side", [64, 160])
    @pytest.mark.parametrize("sigma", [0.7, 1.4, 2.8, 5.6])
    def test_they_are_gaussian_and_mirrored_at_the_edges(self, side: int, sigma: float) -> None:
        picture = np.random.default_rng(0).random((side, side)).astype(np.float32)
        reach = max(1, int(np.ceil(4 * sigma)))
        expected = cv2.GaussianBlur(picture, (2 * reach + 1,) * 2, sigma, borderType=cv2.BORDER_REFLECT_101)
        matrix = _blur(side, sigma).numpy()
        assert matrix @ picture @ matrix.T == pytest.approx(expected, abs=1e-4)

    def test_each_keeps_the_mean(self) -> None:
        for sigma in SCALES:
            assert _blur(64, sigma).sum(dim=1) == pytest.approx(np.ones(64), abs=1e-5)

    @pytest.mark.parametrize("side", [8, 12, 20])
    def test_the_weights_of_each_part_sum_to_one(self, side: int) -> None:
        parts = _parts(side)
        assert parts.shape == (side * side, 7)
        assert parts.sum(dim=0).numpy() == pytest.approx(np.ones(7), abs=1e-5)
        assert parts.min() >= 0

    def test_face_and_surroundings_share_no_place(self) -> None:
        parts = _parts(160 // GRID) > 0
        assert not (parts[:, 0] & parts[:, 1]).any()
        for of_face in (2, 3):
            assert not (parts[:, of_face] & ~parts[:, 0]).any()
        for around in (4, 5, 6):
            assert not (parts[:, around] & parts[:, 0]).any()


class TestStatistics:
    @given(st.floats(0.75, 1.0))
    @settings(max_examples=20, deadline=None)
    def test_light_changes_little(self, level: float) -> None:
        """A quarter less of it: by far less than smoothing by a pixel does."""
        plain = statistics(face())
        dimmed, smoothed = statistics(face() * level), statistics(blurred(face(), 1.0))
        assert np.abs(dimmed - plain).mean() < 0.4 * np.abs(smoothed - plain).mean()

    def test_a_mirrored_face_is_the_same(self) -> None:
        """No part is of one side, so nobody's better side matters."""
        assert statistics(face().flip(-1)) == pytest.approx(statistics(face()), abs=2e-3)

    def test_smoothing_lowers_the_finest_detail_most(self) -> None:
        change = (statistics(blurred(face(), 1.0)) - statistics(face()))[0, : len(SCALES), 0]
        assert change[0] < -0.5
        assert (np.diff(change[:4]) > 0).all()

    def test_a_smooth_face_in_a_sharp_picture_is_seen_where_it_is(self) -> None:
        """The face's parts change, the surroundings hardly."""
        inside = torch.zeros(1, 1, SIZE, SIZE)
        inside[..., 16:48, 16:48] = 1
        swapped = inside * blurred(face(), 1.5) + (1 - inside) * face()
        change = np.abs(statistics(swapped) - statistics(face()))[0, 0]
        assert change[0] > 0.5
        assert change[1] < 0.1 * change[0]

    def test_grey_pictures_have_no_colour(self) -> None:
        grey = face().mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
        found, coloured = statistics(grey), statistics(face())
        assert (found[0, len(SCALES) : 3 * len(SCALES)] <= np.log(1e-3) + 0.1).all()
        assert (coloured[0, len(SCALES) : 3 * len(SCALES), 0] > np.log(1e-3) + 0.5).any()


class TestHead:
    def test_what_is_usual_is_learnt(self) -> None:
        net = MesoTexture(size=SIZE)
        seen = torch.randn(500, STATISTICS) * 3 + 7
        net.standardise(seen)
        assert net.mean.numpy() == pytest.approx(seen.mean(dim=0).numpy(), abs=1e-4)
        assert net.spread.numpy() == pytest.approx(seen.std(dim=0).numpy(), rel=0.01)

    def test_the_very_unusual_tells_no_more_than_the_unusual(self) -> None:
        """A broken picture must not get a score that no face gets."""
        net = MesoTexture(size=SIZE).eval()
        with torch.no_grad():
            assert torch.equal(
                net.judge(torch.full((1, STATISTICS), 50.0)), net.judge(torch.full((1, STATISTICS), 1e6))
            )


@pytest.mark.parametrize("size", [64, 160])
def test_the_exported_file_answers_the_same_and_is_small(tmp_path: Path, size: int) -> None:
    pytest.importorskip("onnx")
    import onnxruntime as ort

    from veritile.train.export import Metadata, export

    torch.manual_seed(1)
    net = build("mesotexture", size=size)
    pictures = torch.cat(
        [face(size), face(size).flip(-2), blurred(face(size), 2.0), torch.rand(3, 3, size, size)]
    )
    pixels = (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    as_floats = pixels.permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        net.standardise(net.statistics(as_floats))
        expected = net.eval()(as_floats).numpy()
    facts = Metadata("net", "1.0.0", "MIT", size, "mesotexture")
    path = tmp_path / "net.onnx"
    export(net, path, facts)
    answers = ort.InferenceSession(path).run(None, {"pixels": pixels.numpy()})[0]
    assert answers == pytest.approx(expected, abs=1e-4)
    assert np.ptp(expected) > 1e-3
    assert path.stat().st_size < 1e6
