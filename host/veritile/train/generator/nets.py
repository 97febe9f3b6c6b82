"""The generators: an autoencoder with two decoders, a super-resolver, and the critic that sharpens them.

Pictures are (N, 3, 128, 128) float32 in 0-1. Nothing is normalised over the
batch, so a picture comes out the same whatever it is batched with.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

AUTOENCODED: Final = ("nearest", "shuffle")
"""The two decoders, by how they enlarge: repeated pixels then a convolution, or a pixel shuffle."""
RESOLVED: Final = "super"
"""The super-resolver: it sees the face at half its side or less."""
FAMILIES: Final = (*AUTOENCODED, RESOLVED)

_LATENT: Final = 8
_WIDTH: Final = 96


class Generators(nn.Module):
    """All families in one network, so that one file holds them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _encoder()
        self.decoders = nn.ModuleDict({name: _decoder(name) for name in AUTOENCODED})
        self.resolver = _SuperResolver()

    def encode(self, pictures: Tensor) -> Tensor:
        """(N, 3, S, S) -> (N, 8, S/8, S/8) in -1 to 1: a code with places, which keeps the expression."""
        return torch.tanh(self.encoder(pictures))

    def decode(self, code: Tensor, family: str) -> Tensor:
        """(N, 8, s, s) -> (N, 3, 8s, 8s), about 0-1, by one of `AUTOENCODED`."""
        out: Tensor = self.decoders[family](code)
        return out + 0.5

    def resolve(self, small: Tensor) -> Tensor:
        """(N, 3, s, s) -> (N, 3, 2s, 2s), about 0-1."""
        out: Tensor = self.resolver(small)
        return out


class Critic(nn.Module):
    """Judges patches of about 20 pixels: (N, 3, S, S) -> (N, 1, S/8, S/8), higher for a photograph."""

    def __init__(self) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        self.body = nn.Sequential(
            nn.PixelUnshuffle(2),
            norm(nn.Conv2d(12, 32, 3, padding=1)),
            _active(),
            norm(nn.Conv2d(32, 64, 3, 2, padding=1)),
            _active(),
            norm(nn.Conv2d(64, 96, 3, 2, padding=1)),
            _active(),
            norm(nn.Conv2d(96, 1, 1)),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        out: Tensor = self.body(pictures)
        return out


class _Residual(nn.Module):
    """x + two convolutions of x; the second begins at zero, so that depth does not slow the start."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(last.weight)
        self.body = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), _active(), last)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.body(x)
        return out


class _SuperResolver(nn.Module):
    """Adds to a bicubic enlargement by two what it lacks."""

    def __init__(self, width: int = 48, blocks: int = 4) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, width, 3, padding=1),
            *(_Residual(width) for _ in range(blocks)),
            _enlarge(width, width // 2, "shuffle"),
            _active(),
            _enlarge(width // 2, 3, "shuffle"),
        )

    def forward(self, small: Tensor) -> Tensor:
        plain = functional.interpolate(small, scale_factor=2, mode="bicubic", align_corners=False)
        out: Tensor = plain + self.body(small - 0.5)
        return out


def _encoder() -> nn.Sequential:
    return nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(12, _WIDTH // 4, 3, padding=1),
        _active(),
        nn.Conv2d(_WIDTH // 4, _WIDTH // 2, 3, 2, padding=1),
        _active(),
        nn.Conv2d(_WIDTH // 2, _WIDTH, 3, 2, padding=1),
        _Residual(_WIDTH),
        nn.Conv2d(_WIDTH, _LATENT, 1),
    )


def _decoder(kind: str) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(_LATENT, _WIDTH, 3, padding=1),
        _Residual(_WIDTH),
        _enlarge(_WIDTH, _WIDTH // 2, kind),
        _Residual(_WIDTH // 2),
        _active(),
        _enlarge(_WIDTH // 2, _WIDTH // 4, kind),
        _active(),
        _enlarge(_WIDTH // 4, _WIDTH // 8, kind),
        _active(),
        nn.Conv2d(_WIDTH // 8, 3, 3, padding=1),
    )


def _enlarge(inputs: int, outputs: int, kind: str) -> nn.Sequential:
    if kind == "shuffle":
        return nn.Sequential(nn.Conv2d(inputs, 4 * outputs, 3, padding=1), nn.PixelShuffle(2))
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1))


def _active() -> nn.LeakyReLU:
    return nn.LeakyReLU(0.2)
