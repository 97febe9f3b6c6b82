"""A network that learns: weights, their running average, and the steps that change both."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from veritile.train.nets import build
from veritile.train.recipe import WARM_UP, Recipe, learning_rate


class Learner:
    """A recipe's network, at first with random weights."""

    def __init__(self, recipe: Recipe, device: torch.device, steps: int) -> None:
        """Nothing learnt yet; the rate of learning is laid out over `steps`.

        Raises:
            ModelError: the recipe names a network that there is not, or a size that does not fit it.
        """
        self.recipe, self.device, self.steps = recipe, device, steps
        torch.manual_seed(recipe.seed)
        self.net = build(recipe.architecture, size=recipe.size)
        self.net.to(self.device, memory_format=torch.channels_last)
        self.average = AveragedModel(
            self.net, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True
        )
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: learning_rate(step, self.steps)
        )
        self.step = 0
        """Steps taken."""

    @property
    def result(self) -> nn.Module:
        """The network to measure and to ship: the running average of weights that jitter while they learn."""
        return self.average.module

    def loss(self, scores: Tensor) -> Tensor:
        """Of (2 N,) log-odds, each real picture's before its fake's."""
        scores = scores.float().reshape(-1, 2)
        wanted = torch.tensor([0.0, 1.0], device=scores.device).expand_as(scores)
        loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        return loss + self.recipe.ranking * functional.softplus(scores[:, 0] - scores[:, 1]).mean()

    def descend(self, loss: Tensor) -> float:
        """Take one step down and average; returns the loss."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        # The first call copies: the random start has no share in the average.
        if self.step >= min(WARM_UP, self.steps // 2):
            self.average.update_parameters(self.net)
        return float(loss.detach())
