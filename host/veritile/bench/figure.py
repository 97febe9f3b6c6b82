"""One measured figure, and a table or JSON of many."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from veritile import __version__
from veritile.frame.trial import Trial


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and what it should be."""

    name: str
    measured: float | None
    """None where this command cannot measure it; `note` says what does."""
    unit: str
    goal: float | None = None
    """At most; None where there is none."""
    parts: float | None = None
    """The sum of the fastest parts that the work cannot do without, in the same unit, from the same run."""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where it cannot be said."""
        return None if self.measured is None or self.goal is None else self.measured <= self.goal

    @property
    def ratio(self) -> float | None:
        """Of what was measured to the sum of its parts."""
        return self.measured / self.parts if self.measured is not None and self.parts else None


def as_table(figures: Sequence[Figure]) -> Table:
    """Return the figures as a table for a terminal."""
    table = Table("what", "measured", "goal", "", "fastest parts", "ratio", "note", box=None)
    for figure in figures:
        met = {True: "met", False: "missed", None: ""}[figure.met]
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        parts = _value(figure.parts, figure.unit)
        shown = (_value(figure.measured, figure.unit), _value(figure.goal, figure.unit), met, parts, ratio)
        table.add_row(figure.name, *shown, figure.note)
    return table


def trials_table(trials: Sequence[Trial], winner: str) -> Table:
    """Return how the execution providers did."""
    table = Table("provider", "a face", "CPU", "difference", "done there", "memory", "", box=None)
    for trial in trials:
        said = trial.problem or ("used from now on" if trial.provider == winner else "not worth it")
        name = trial.provider.removesuffix("ExecutionProvider")
        if trial.ms:
            told = (f"{trial.ms:.2f} ms", f"{trial.cpu_ms:.2f} ms", f"{trial.difference:.0e}")
            table.add_row(name, *told, f"{trial.share:.0%}", f"{trial.memory / 1e6:.0f} MB", said)
        else:
            table.add_row(name, "", "", "", "", "", said)
    return table


def as_json(figures: Sequence[Figure], trials: Sequence[Trial], winner: str, model: str) -> str:
    """Return `{"veritile","model","machine","figures":[…],"providers":[…],"provider"}`."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "load": busy}
    told = [asdict(figure) | {"met": figure.met, "ratio": figure.ratio} for figure in figures]
    tried = [asdict(trial) for trial in trials]
    whole = {"veritile": __version__, "model": model, "machine": machine, "figures": told}
    return json.dumps(whole | {"providers": tried, "provider": winner}, indent=2)


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.2f} {unit}" if value < 10 else f"{value:.0f} {unit}"
