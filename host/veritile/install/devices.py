"""Which devices ONNX Runtime offers for the model, which were not tried here yet, and trying them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from veritile.frame import providers
from veritile.frame.card import read_card
from veritile.frame.trial import Trial, compare, winner
from veritile.native.status import chosen_model


def set_by_user() -> str | None:
    """The provider that the user insists on."""
    return os.environ.get(providers.PROVIDER_VARIABLE)


def untried() -> list[str]:
    """Return the names of devices that would be used if they were known to be worth it.

    Empty where there is none but the CPU, where all were tried with this model, driver and ONNX Runtime,
    and where the user has chosen.

    Raises:
        ModelError: the model's card cannot be read.
        ImportError: ONNX Runtime cannot be loaded.
    """
    choice = providers.available()
    if set_by_user() or len(choice) == 1 or providers.noted(read_card(chosen_model()).sha256, choice):
        return []
    return [short(provider.name) for provider in choice if provider.name != providers.CPU]


def try_all() -> str:
    """Try every device, note the best for the host's next start; return what came of it, in sentences.

    Takes seconds a device, TensorRT minutes. Raises ModelError.
    """
    return told(compare(chosen_model()))


def told(trials: Sequence[Trial]) -> str:
    """What trials came to: which device runs the model, and why the others do not."""
    best = winner(trials)
    took = {trial.provider: f"{trial.ms:.1f} ms a face" for trial in trials if not trial.problem}
    beside = f", against {took[providers.CPU]} on the CPU" if best != providers.CPU else ""
    lines = [f"The model runs on {short(best)}: {took.get(best, 'the others do not work')}{beside}."]
    lines += [
        f"Not on {short(trial.provider)}: {trial.problem or took[trial.provider]}."
        for trial in trials
        if trial.provider not in (best, providers.CPU)
    ]
    return "\n".join(lines)


def short(provider: str) -> str:
    """ONNX Runtime's name of a provider as people say it."""
    return provider.removesuffix("ExecutionProvider")
