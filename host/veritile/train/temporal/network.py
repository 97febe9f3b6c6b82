"""MesoTemporal: what a stretch of frames says beyond the mean of the frame model's scores.

Its answer is that mean, and a correction that begins at zero: a gated recurrent network (GRU) over the frames
reads what the frame model's head made of each (its last hidden layer and log-odds) and motion evidence
that single frames lack: how the five points move against the best similarity between two frames (jitter), and
how the texture of each part of the face changes against that of the surroundings (flicker of the mask).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from veritile.train.nets.mesotexture import STATISTICS, MesoTexture, meso_texture
from veritile.train.temporal.describe import POINTS, TIME, USED

_FRAME_HIDDEN: Final = 64
"""Width of the last hidden layer of the frame model's head."""
_PARTS, _OUTSIDE = 7, 1
"""Parts of `nets.mesotexture`, and which of them is the surroundings."""
_KINDS: Final = ((0, 5), (5, 10), (10, 15), (15, 30))
"""Maps of a kind: energies of light and of two colours, then peakedness and correlations."""
_FLICKER: Final = len(_KINDS) * _PARTS
_MOTION: Final = 5 + 4
EVIDENCE: Final = {
    "mean": 0,
    "scores": 2,
    "motion": 2 + _MOTION + _FLICKER + 1,
    "all": 2 + _MOTION + _FLICKER + 1 + _FRAME_HIDDEN,
}
"""What the correction is made from: nothing, the frame scores, motion evidence too, the hidden layer too; and
how many numbers that is."""
_FAR: Final = 4.0


class MesoTemporal(nn.Module):
    """In: (N, T, `describe.WIDTH`) described looks. Out: (N,) log-odds of fake."""

    mean: Tensor
    spread: Tensor

    def __init__(self, frame: MesoTexture, *, evidence: str, hidden: int, dropout: float) -> None:
        """A correction of nothing, over `frame`, which stays as it is."""
        super().__init__()
        self.frame = frame.eval().requires_grad_(requires_grad=False)
        self.evidence = evidence
        width = EVIDENCE[evidence]
        self.gain = nn.Parameter(torch.ones(()))
        self.offset = nn.Parameter(torch.zeros(()))
        if width:
            self.register_buffer("mean", torch.zeros(width))
            self.register_buffer("spread", torch.ones(width))
            self.gru = nn.GRU(width, hidden, batch_first=True)
            self.drop = nn.Dropout(dropout)
            self.last = nn.Linear(hidden, 1)
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

    def train(self, mode: bool = True) -> MesoTemporal:
        """As any module; the frame model is not trained."""
        super().train(mode)
        self.frame.eval()
        return self

    def forward(self, looks: Tensor) -> Tensor:
        """(N, T, WIDTH) -> (N,) log-odds."""
        return self.judge(*self.read(looks))

    def standardise(self, looks: Tensor) -> None:
        """Learn from (N, T, WIDTH) what is usual."""
        if EVIDENCE[self.evidence]:
            evidence, _, used = self.read(looks)
            rows = evidence[used > 0]
            self.mean.copy_(rows.mean(dim=0))
            self.spread.copy_(rows.std(dim=0) + 1e-3)

    def judge(self, evidence: Tensor, log_odds: Tensor, used: Tensor) -> Tensor:
        """(N, T, evidence), (N, T) frame log-odds, (N, T) 1 where there is a look -> (N,) log-odds."""
        share = used / used.sum(dim=1, keepdim=True).clamp(min=1)
        answer = self.gain * (log_odds * share).sum(dim=1) + self.offset
        if not EVIDENCE[self.evidence]:
            return answer
        known = ((evidence - self.mean) / self.spread).clamp(-_FAR, _FAR)
        # What is missing comes last, so it changes nothing of what was remembered before.
        remembered, _ = self.gru(self.drop(known))
        pooled = (remembered * share[..., None]).sum(dim=1)
        return torch.Tensor(answer + self.last(self.drop(pooled)).squeeze(1))

    def read(self, looks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, T, WIDTH) -> evidence (N, T, n), frame log-odds (N, T), used (N, T)."""
        used = looks[..., USED]
        statistics = looks[..., :STATISTICS]
        known = ((statistics - self.frame.mean) / self.frame.spread).clamp(-_FAR, _FAR)
        hidden = self.frame.head[:-1](known)
        log_odds = self.frame.head[-1](hidden).squeeze(-1)
        parts = [log_odds[..., None] / 4, _change(log_odds[..., None]).abs() / 4]
        if self.evidence in ("motion", "all"):
            parts += [jitter(looks[..., POINTS]), flicker(known), _log_time(looks[..., TIME])]
        if self.evidence == "all":
            parts.append(hidden)
        return torch.cat(parts, dim=-1), log_odds, used


def jitter(points: Tensor) -> Tensor:
    """(N, T, 10) points in sides of the crop -> (N, T, 9): what moved since the frame before.

    The logarithms of how far each of the five points is from where the best similarity puts it and of the
    similarity's own turn, change of size and shift; all in sides of the crop. 0 of the first frame.
    """
    x, y = points[..., 0::2], points[..., 1::2]
    cx, cy = x.mean(dim=-1, keepdim=True), y.mean(dim=-1, keepdim=True)
    x, y = x - cx, y - cy
    bx, by = _before(x), _before(y)
    # The similarity a + ib that brings the points of the frame before nearest to those of this one.
    size = (bx * bx + by * by).sum(dim=-1, keepdim=True).clamp(min=1e-6)
    a = (bx * x + by * y).sum(dim=-1, keepdim=True) / size
    b = (bx * y - by * x).sum(dim=-1, keepdim=True) / size
    away = (x - (a * bx - b * by)).square() + (y - (a * by + b * bx)).square()
    moved = torch.cat([away.sqrt(), b.abs(), (a - 1).abs(), _change(cx).abs(), _change(cy).abs()], dim=-1)
    return torch.log(moved + 1e-3)


def flicker(known: Tensor) -> Tensor:
    """(N, T, STATISTICS) standardised -> (N, T, 28): change of texture since the frame before.

    By kind and part, logarithms; of the surroundings as they are, of every part of the face beside them.
    """
    means = known[..., : STATISTICS // 2].unflatten(-1, (-1, _PARTS))
    change = _change(means.flatten(-2)).abs().unflatten(-1, (-1, _PARTS))
    kinds = torch.stack([change[..., first:last, :].mean(dim=-2) for first, last in _KINDS], dim=-2)
    logs = torch.log(kinds + 0.05)
    outside = logs[..., _OUTSIDE : _OUTSIDE + 1]
    beside = torch.cat([logs[..., :_OUTSIDE] - outside, outside, logs[..., _OUTSIDE + 1 :] - outside], dim=-1)
    return beside.flatten(-2)


def _log_time(seconds: Tensor) -> Tensor:
    return torch.log(_change(seconds[..., None]).clamp(min=0) + 0.02)


def _before(x: Tensor) -> Tensor:
    """(N, T, n) of the frame before; the first stands for itself."""
    return torch.cat([x[:, :1], x[:, :-1]], dim=1)


def _change(x: Tensor) -> Tensor:
    return x - _before(x)


def frame_network(state: dict[str, Tensor], *, size: int) -> MesoTexture:
    """The frame model of these weights."""
    net = meso_texture(size=size)
    net.load_state_dict(state, strict=False)
    net.eval()
    return net


def loss(answers: Tensor, ranking: float) -> Tensor:
    """Of (N, 2) log-odds, each real sequence's before its fake's."""
    wanted = torch.tensor([0.0, 1.0], device=answers.device).expand_as(answers)
    entropy = functional.binary_cross_entropy_with_logits(answers, wanted)
    return entropy + ranking * functional.softplus(answers[:, 0] - answers[:, 1]).mean()
