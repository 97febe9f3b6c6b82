"""A clip through a call's encoder and back."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictures import person
from veritile.errors import UnsupportedFormatError
from veritile.train.codec import Codec, through

pytest.importorskip("av")

NAMES = ("vp8", "vp9", "h264")


def clip(frames: int = 4, width: int = 320, height: int = 240) -> list[np.ndarray]:
    """A person who moves half a pixel a frame before a camera with a little noise."""
    rng = np.random.default_rng(0)
    still = person(width, height, face_px=height // 2)
    shown = []
    for index in range(frames):
        moved = cv2.warpAffine(still, np.float32([[1, 0, index / 2], [0, 1, 0]]), (width, height))
        noisy = moved + rng.normal(0, 2, still.shape)
        shown.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return shown


def psnr(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    """Mean of the frames' peak signal-to-noise ratios, dB."""
    return float(np.mean([cv2.PSNR(a, b) for a, b in zip(one, other, strict=True)]))


@pytest.mark.parametrize("name", NAMES)
class TestEveryCodec:
    def test_every_frame_comes_back_in_its_place(self, name: str) -> None:
        """Each is nearest to its own original: none is lost, doubled or late."""
        rng = np.random.default_rng(1)
        sent = [np.full((64, 96, 3), rng.integers(40, 220, 3), np.uint8) for _ in range(5)]
        back = through(sent, Codec(name, 2000, 64))
        far = [[float(np.abs(a.astype(float) - b).mean()) for b in sent] for a in back]
        assert np.argmin(far, axis=1).tolist() == [0, 1, 2, 3, 4]
        assert max(min(row) for row in far) < 4  # colours survive

    def test_fewer_bits_show_less(self, name: str) -> None:
        sent = clip()
        fidelity = [psnr(sent, through(sent, Codec(name, rate, 240))) for rate in (60, 300, 1500)]
        assert fidelity[0] + 0.5 < fidelity[1] < fidelity[2]

    def test_the_same_input_gives_the_same_output(self, name: str) -> None:
        sent, codec = clip(), Codec(name, 200, 180)
        for one, other in zip(through(sent, codec), through(sent, codec), strict=True):
            assert np.array_equal(one, other)

    def test_the_bitrate_is_kept(self, name: str) -> None:
        """A noisy second of video at 150 kbit/s must look worse than one at 600: nothing spends on credit."""
        sent = clip(30)
        low, high = (through(sent, Codec(name, rate, 240))[-5:] for rate in (150, 600))
        assert psnr(sent[-5:], low) + 1 < psnr(sent[-5:], high)

    def test_it_is_scaled_to_its_lines(self, name: str) -> None:
        sent = clip(2, 321, 241)
        assert through(sent, Codec(name, 300, 91))[0].shape == (90, 120, 3)
        assert through(sent, Codec(name, 300, 91), scaled_back=True)[0].shape == (241, 321, 3)


@given(
    st.builds(
        Codec,
        st.sampled_from(NAMES),
        kbit_s=st.integers(100, 1500),
        lines=st.integers(90, 720),
        fps=st.sampled_from([10.0, 15.0, 24.0, 30.0]),
    ),
    st.integers(30, 400),
    st.integers(30, 400),
)
@settings(max_examples=30, deadline=None)
def test_any_call_takes_any_crop(codec: Codec, width: int, height: int) -> None:
    sent_width, sent_height = codec.size(width, height)
    assert sent_width % 2 == sent_height % 2 == 0
    assert codec.lines - sent_height in (0, 1)
    # The nearest even width, though never under the 16 pixels that encoders need.
    assert abs(sent_width - width * sent_height / height) <= 1 or sent_width == 16
    (sent,) = through([np.full((height, width, 3), 128, np.uint8)], codec)
    assert sent.shape == (sent_height, sent_width, 3)


def test_a_codec_says_what_it_is() -> None:
    assert str(Codec("vp8", 300, 360)) == "vp8-300k-360"


@pytest.mark.parametrize(
    "settings", [("h265", 300, 360), ("vp8", 0, 360), ("vp8", 300, 5), ("vp8", 300, 360, 0)]
)
def test_settings_out_of_range_are_refused(settings: tuple) -> None:
    with pytest.raises(UnsupportedFormatError):
        Codec(*settings)


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [np.zeros((64, 64, 3), np.uint8), np.zeros((64, 66, 3), np.uint8)],
        [np.zeros((64, 64), np.uint8)],
        [np.zeros((64, 64, 3), np.float32)],
        [np.zeros((4, 640, 3), np.uint8)],
    ],
)
def test_what_is_no_clip_is_refused(frames: list[np.ndarray]) -> None:
    with pytest.raises(UnsupportedFormatError):
        through(frames, Codec("vp8", 300, 64))
