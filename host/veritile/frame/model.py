"""A classifier: an ONNX file that says in its own metadata how it wants to be fed and read.

Crop margin, colour order and normalisation belong to the weights: fed
otherwise, a net answers as confidently and wrongly. So they travel inside the
file as custom metadata, the file is compared with its card before it is loaded,
and nothing about a particular net is written in this program.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Self, cast, get_args

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from veritile.digest import sha256
from veritile.errors import InferenceError, ModelChecksumError, ModelMetadataError, ModelMissingError
from veritile.frame.card import Card
from veritile.frame.providers import CPU, Provider, chosen, note_failure
from veritile.frame.quality import Gate
from veritile.frame.session import first_line, open_session
from veritile.odds import logit

MAX_MODEL_BYTES: Final = 512 << 20

Layout = Literal["NHWC", "NCHW"]
Colour = Literal["RGB", "BGR"]
Output = Literal["log_odds_fake", "p_fake", "p_real"]

_LEAST_PROBABILITY: Final = 1e-6
"""A net that outputs probabilities rounds to 0 and 1; log-odds stay within 14."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a loaded model is and how it is fed."""

    name: str
    version: str
    sha256: str
    licence: str
    provider: str
    """Execution provider that runs it, as ONNX Runtime names it."""
    input_size: int
    """Side of the square input in pixels."""
    crop_margin: float
    """Side of the square crop / long side of the face box."""
    colour: Colour
    layout: Layout
    output: Output
    gate: Gate
    """The least quality that it can judge."""


class Model:
    """One classifier, on one CPU thread or another device. Safe to share between threads."""

    def __init__(
        self,
        session: ort.InferenceSession,
        info: ModelInfo,
        scaling: _Scaling | None,
        a: float,
        b: float,
        card: Card,
    ):
        self._session = session
        self._card = card
        self._scaling = scaling
        self._a, self._b = a, b
        self._input = session.get_inputs()[0].name
        self.info = info

    @classmethod
    def load(cls, card: Card, provider: Provider | None = None, *, profile: Path | None = None) -> Self:
        """Load the model that a card describes.

        Args:
            card: of the model.
            provider: where it is to run; unless told, what `veritile.frame.providers.chosen` says. Where it
                cannot, the CPU.
            profile: see `open_session`.

        Raises:
            ModelMissingError: its file is not there or cannot be read.
            ModelChecksumError: the file is not the one of the card.
            ModelMetadataError: the metadata in the file lacks an entry, holds a wrong one, or
                contradicts the card.
            InferenceError: ONNX Runtime cannot load it.
        """
        data = read_checked(card)
        provider = provider or chosen(card.sha256)
        try:
            session = open_session(data, card.file.name, provider, profile=profile)
        except InferenceError:
            if provider.name == CPU:
                raise
            session = open_session(data, card.file.name)
        metadata = Metadata(session.get_modelmeta().custom_metadata_map, card)
        metadata.must_equal("name", card.name)
        metadata.must_equal("version", card.version)
        metadata.must_equal("input_size", str(card.input_size))
        layout: Layout = metadata.choice("layout", get_args(Layout))
        pixel_type = _check_graph(session, card, layout)
        info = ModelInfo(
            name=card.name,
            version=card.version,
            sha256=card.sha256,
            licence=metadata.text("licence"),
            provider=session.get_providers()[0],
            input_size=card.input_size,
            crop_margin=metadata.number("crop_margin", 0.5, 2.5),
            colour=metadata.choice("colour", get_args(Colour)),
            layout=layout,
            output=metadata.choice("output", get_args(Output)),
            gate=Gate(
                face_px=metadata.number("min_face_px", 0, 4096, Gate().face_px),
                sharpness=metadata.number("min_sharpness", 0, 10, Gate().sharpness),
                light=metadata.number("min_light", 0, 1, Gate().light),
            ),
        )
        scaling = None
        if pixel_type == "tensor(float)":
            scaling = _Scaling(metadata.number("scale", -1e6, 1e6), metadata.number("offset", -1e6, 1e6))
        # A slope of 0 or less would silence the model or invert every label.
        a = metadata.number("calibration_a", 1e-6, 1e6, 1.0)
        return cls(session, info, scaling, a, metadata.number("calibration_b", -1e6, 1e6, 0.0), card)

    def log_odds(self, crop: NDArray[np.uint8]) -> float:
        """Calibrated log-odds of fake, ln(P(fake) / P(real)), of one face.

        Args:
            crop: (input_size, input_size, 3) uint8 RGB, from `veritile.frame.crop`.

        Raises:
            InferenceError: the model cannot be run or does not answer with a finite number.
        """
        pixels = crop if self.info.colour == "RGB" else crop[..., ::-1]
        if self.info.layout == "NCHW":
            pixels = pixels.transpose(2, 0, 1)
        tensor: NDArray[Any] = pixels if self._scaling is None else self._scaling.apply(pixels)
        feed = {self._input: np.ascontiguousarray(tensor[None])}
        try:
            answer = self._run(feed)
        except InferenceError:
            if self.info.provider == CPU:
                raise
            self._fall_back()
            answer = self._run(feed)
        value = np.asarray(answer, dtype=np.float64)
        if value.size != 1 or not math.isfinite(value.item()):
            raise InferenceError(
                f"The model {self.info.name} does not answer with one finite number: replace it."
            )
        return self.calibrated(value.item())

    def end_profile(self) -> str:
        """Have the profile written that `load` was asked for; return its path."""
        return cast(str, self._session.end_profiling())

    def _run(self, feed: dict[str, NDArray[Any]]) -> NDArray[Any]:
        try:
            (answer,) = self._session.run(None, feed)
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            raise InferenceError(f"ONNX Runtime cannot run {self.info.name}: {first_line(error)}") from error
        return cast("NDArray[Any]", answer)

    def _fall_back(self) -> None:
        """Go on with the CPU, and from now on at every start: a device that has failed will fail again."""
        self._session = open_session(read_checked(self._card), self._card.file.name)
        self.info = replace(self.info, provider=CPU)
        note_failure(self._card.sha256)

    def calibrated(self, answer: float) -> float:
        """Calibrated log-odds of fake, of what the network answered."""
        return self._a * self._as_log_odds(answer) + self._b

    def _as_log_odds(self, value: float) -> float:
        if self.info.output == "log_odds_fake":
            return value
        p = min(1.0 - _LEAST_PROBABILITY, max(_LEAST_PROBABILITY, value))
        log_odds = logit(p)
        return log_odds if self.info.output == "p_fake" else -log_odds


@dataclass(frozen=True, slots=True)
class _Scaling:
    """x = pixel * scale + offset, for graphs that take floats."""

    scale: float
    offset: float

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return pixels.astype(np.float32) * np.float32(self.scale) + np.float32(self.offset)


class Metadata:
    """Custom metadata of a graph: strings, checked as they are read."""

    def __init__(self, entries: Mapping[str, str], card: Card) -> None:
        self._entries = entries
        self._file = card.file.name

    def text(self, key: str) -> str:
        """The value of `key`; ModelMetadataError when there is none."""
        value = self._entries.get(key, "").strip()
        if not value:
            raise ModelMetadataError(
                f"{self._file} lacks the metadata entry {key!r}: export it again with it."
            )
        return value

    def must_equal(self, key: str, expected: str) -> None:
        """Raise ModelMetadataError unless the value of `key` is what the card says."""
        if (found := self.text(key)) != expected:
            raise ModelMetadataError(
                f"{self._file} says {key} {found!r} and its card {expected!r}: export it again with its card."
            )

    def choice(self, key: str, allowed: tuple[str, ...]) -> Any:
        """The value of `key`; ModelMetadataError when it is none of `allowed`."""
        if (value := self.text(key)) not in allowed:
            raise ModelMetadataError(
                f"{self._file} has {key} {value!r}: it must be one of {', '.join(allowed)}."
            )
        return value

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        """The number at `key`; ModelMetadataError when it is none, or not from `least` to `most`."""
        if default is not None and key not in self._entries:
            return default
        value = self.text(key)
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise ModelMetadataError(f"{self._file} has {key} {value!r}: it must be from {least} to {most}.")
        return number


def read_checked(card: Card) -> bytes:
    """The bytes of the file, which are then what is loaded: nothing can be exchanged in between."""
    path: Path = card.file
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelMetadataError(
                f"{path} has over {MAX_MODEL_BYTES >> 20} MiB: this is no Veritile model."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ModelMissingError(
            f"The model {path} cannot be read ({error.strerror}): put it back beside its card, or "
            "reinstall Veritile."
        ) from error
    if sha256(data).hexdigest() != card.sha256:
        raise ModelChecksumError(
            f"{path} is not the file that its card describes (SHA-256 differs): reinstall Veritile, "
            "or export the model and its card again."
        )
    return data


def _check_graph(session: ort.InferenceSession, card: Card, layout: Layout) -> str:
    """Compare inputs and outputs with the card; return the type of the input."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    size = card.input_size
    expected = (size, size, 3) if layout == "NHWC" else (3, size, size)
    fits = len(inputs) == len(outputs) == 1 and len(inputs[0].shape) == 4
    if fits:
        batch, *shape = inputs[0].shape
        # A dimension that is not an int is symbolic: it takes any size.
        fits = all(
            not isinstance(d, int) or d == e for d, e in zip((batch, *shape), (1, *expected), strict=True)
        )
    if not fits or inputs[0].type not in ("tensor(uint8)", "tensor(float)"):
        raise ModelMetadataError(
            f"{card.file.name} must have one input 1x{'x'.join(map(str, expected))} of uint8 or float32 "
            "and one output: export it again."
        )
    return cast(str, inputs[0].type)
