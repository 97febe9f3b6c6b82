"""The temporal model: sequences that are what they should be, and evidence that means what it says."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("av")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from moving_face import EXTENT, FACE_PX, POINTS, portrait, write_calls, write_photographs  # noqa: E402
from veritile.errors import ModelError  # noqa: E402
from veritile.frame.faces import FaceDetector  # noqa: E402
from veritile.train.livepairs import LivePairs  # noqa: E402
from veritile.train.nets.mesotexture import STATISTICS, MesoTexture, meso_texture  # noqa: E402
from veritile.train.pairs import Sources  # noqa: E402
from veritile.train.temporal.animate import Animation  # noqa: E402
from veritile.train.temporal.describe import POINTS as PLACES  # noqa: E402
from veritile.train.temporal.describe import TIME, USED, WIDTH, describe, windows  # noqa: E402
from veritile.train.temporal.descriptions import described  # noqa: E402
from veritile.train.temporal.network import EVIDENCE, MesoTemporal, flicker, jitter  # noqa: E402
from veritile.train.temporal.sequences import SequenceSource  # noqa: E402
from veritile.train.temporal.unsteady import UnsteadySwap, Wander  # noqa: E402

LENGTH = 6
FLOOR = float(np.log(1e-3))
"""What `jitter` says of no movement."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> SequenceSource:
    folder = tmp_path_factory.mktemp("temporal")
    live = LivePairs(write_calls(folder / "live"))
    sources = Sources.open(write_photographs(folder / "faces"), "train", live=live)
    return SequenceSource(sources, size=64, margin=1.3, length=LENGTH, seed=3)


def looks(*, frames: int = LENGTH, seed: int = 0) -> "torch.Tensor":
    """(1, frames, WIDTH) of some face that moves."""
    rng = np.random.default_rng(seed)
    table = np.zeros((1, frames, WIDTH), np.float32)
    table[..., :STATISTICS] = rng.normal(0, 1, (1, 1, STATISTICS)) + rng.normal(
        0, 0.1, (1, frames, STATISTICS)
    )
    table[..., PLACES] = rng.uniform(0.3, 0.7, 10) + rng.normal(0, 0.01, (1, frames, 10))
    table[..., TIME], table[..., USED] = np.arange(frames) / 5, 1
    return torch.from_numpy(table)


def temporal(evidence: str = "all") -> MesoTemporal:
    torch.manual_seed(0)
    net = MesoTemporal(meso_texture(size=64), evidence=evidence, hidden=8, dropout=0.3)
    return net.eval().requires_grad_(requires_grad=False)


class TestMotion:
    def test_wandering_is_smooth_and_of_unit_spread(self) -> None:
        walk = Wander(np.random.default_rng(0), 40)
        values = np.array([walk.at(t) for t in np.arange(0, 200, 0.04)])
        assert values.std() == pytest.approx(1, abs=0.1)
        assert np.abs(np.diff(values, axis=0)).max() < 0.5

    def test_an_animated_face_is_where_it_says(self) -> None:
        animation, detector = Animation(np.random.default_rng(2), POINTS, FACE_PX), FaceDetector()
        moved = []
        for t in (0.0, 1.3, 4.1):
            shown, points = animation.show(portrait(), t)
            found = np.array(detector.detect(shown)[0].landmarks)
            assert np.linalg.norm(found - points, axis=1).max() < 0.08 * FACE_PX
            moved.append(points)
        assert np.ptp(moved, axis=0).max() > 1.0

    def test_a_swap_changes_the_face_alone_and_never_twice_alike(self) -> None:
        swap = UnsteadySwap(np.random.default_rng(1), FACE_PX)
        image, copy = portrait(), np.full((EXTENT, EXTENT, 3), 128, np.uint8)
        first, second = (swap.lay(image, copy, POINTS, t) for t in (0.0, 0.2))
        assert np.array_equal(first[:20], image[:20])
        assert np.abs(first[115:125, 90:100].astype(int) - 128).mean() < 40
        assert not np.array_equal(first, second)


class TestSequences:
    def test_the_same_number_gives_the_same_pixels(self, source: SequenceSource) -> None:
        for one, other in zip(source[1], source[1], strict=True):
            assert [look.t for look in one] == [look.t for look in other]
            assert all(np.array_equal(a.crop, b.crop) for a, b in zip(one, other, strict=True))

    def test_both_sides_show_the_same_moments_of_a_face_that_moves(self, source: SequenceSource) -> None:
        kinds = set()
        for number in range(8):
            real, fake = source[number]
            kinds |= {len(source.clips_of(number))}
            shared = {look.t for look in real} & {look.t for look in fake}
            assert len(shared) >= LENGTH - 2
            assert np.all(np.diff([look.t for look in real]) > 0)
            assert not np.array_equal(real[0].crop, real[-1].crop)
            assert not np.array_equal(real[0].crop, fake[0].crop)
        assert {0, 1} <= kinds

    def test_a_sequence_is_of_the_clips_that_it_names(self, source: SequenceSource) -> None:
        """What it shows must be known without making it: folds leave it out by that."""
        assert source.sources.live is not None
        seen: set[str] = set()
        read = source.sources.live.read
        for number in range(6):
            opened: set[str] = set()
            source._styles.clear()
            source.sources.live.read = lambda pair, opened=opened: (opened.add(pair.clip), read(pair))[1]  # type: ignore[method-assign]
            source[number]
            assert opened == source.clips_of(number)
            seen |= opened
        source.sources.live.read = read  # type: ignore[method-assign]
        assert seen == {"0", "1"}

    def test_a_longer_run_begins_as_the_shorter_one(self, source: SequenceSource, tmp_path: Path) -> None:
        path, told = tmp_path / "sequences.npy", []
        short = described(path, source, 2, {"seed": 3}, workers=0)
        long = described(path, source, 3, {"seed": 3}, workers=0, on_step=told.append)
        assert short.shape == (2, 2, LENGTH, WIDTH)
        assert np.array_equal(long[:2], short)
        assert told == [2, 3]
        assert long[2, :, :, USED].sum() >= LENGTH
        with pytest.raises(ModelError, match="another recipe"):
            described(path, source, 3, {"seed": 4}, workers=0)

    def test_windows_cover_a_clip_and_are_all_as_long(self) -> None:
        assert [list(part) for part in windows(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [4, 5, 6]]
        assert [list(part) for part in windows(range(2), 3)] == [[0, 1]]

    def test_what_is_missing_is_not_used(self, source: SequenceSource) -> None:
        table = describe(source[0][0][:2], MesoTexture(size=64), LENGTH)
        assert table[:, USED].tolist() == [1, 1, 0, 0, 0, 0]
        assert table[0, TIME] == 0


class TestEvidence:
    @settings(max_examples=30, deadline=None)
    @given(
        turn=st.floats(-0.5, 0.5), size=st.floats(0.7, 1.4), x=st.floats(-0.2, 0.2), seed=st.integers(0, 999)
    )
    def test_a_rigid_head_has_no_jitter(self, turn: float, size: float, x: float, seed: int) -> None:
        """However it turns, comes nearer or moves; only the similarity itself is told."""
        before = np.random.default_rng(seed).uniform(0.2, 0.8, 5 * 2).reshape(5, 2)
        rotation = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        after = (before - 0.5) @ rotation.T + 0.5 + (x, 0)
        both = torch.tensor(np.stack([before, after]).reshape(1, 2, 10), dtype=torch.float32)
        told = jitter(both)[0, 1]
        assert torch.allclose(told[:5], torch.full((5,), FLOOR), atol=0.05)
        assert float(told[6].exp()) == pytest.approx(abs(size * np.cos(turn) - 1) + 1e-3, abs=1e-3)

    def test_a_point_that_jumps_is_told(self) -> None:
        still = torch.from_numpy((POINTS / EXTENT).astype(np.float32)).reshape(1, 1, 10).repeat(1, 3, 1)
        jumping = still.clone()
        jumping[0, 1, 4] += 0.03  # the nose
        assert torch.allclose(jitter(still), torch.full((1, 3, 9), FLOOR), atol=1e-3)
        told = jitter(jumping)[0, 1]
        assert int(told[:5].argmax()) == 2
        assert told[2] > FLOOR + 2

    def test_flicker_is_of_the_part_that_changes(self) -> None:
        known = torch.zeros(1, 2, STATISTICS)
        maps = known[0, 1, : STATISTICS // 2].view(30, 7)
        maps[:5, 4] = 1.0  # the light at the seam
        told = flicker(known)[0, 1].view(4, 7)
        assert int(told[0].argmax()) == 4
        assert told[0, 4] > 2
        assert torch.allclose(told[1:, [0, 2, 3, 4, 5, 6]], torch.zeros(3, 6))

    @pytest.mark.parametrize("evidence", list(EVIDENCE))
    def test_it_begins_as_the_mean_of_the_frame_model(self, evidence: str) -> None:
        net, shown = temporal(evidence), looks()
        frames = net.frame.judge(shown[0, :, :STATISTICS])
        assert float(net(shown)) == pytest.approx(float(frames.mean()), abs=1e-5)

    def test_what_is_missing_changes_nothing(self) -> None:
        net = temporal()
        torch.nn.init.normal_(net.last.weight)
        net.standardise(looks(seed=1))
        padded = torch.cat([looks(), torch.zeros(1, 4, WIDTH)], dim=1)
        assert float(net(padded)) == pytest.approx(float(net(looks())), abs=1e-4)

    def test_training_leaves_the_frame_model_as_it_is(self) -> None:
        net = temporal().train()
        assert not net.frame.training
        assert not any(parameter.requires_grad for parameter in net.frame.parameters())
