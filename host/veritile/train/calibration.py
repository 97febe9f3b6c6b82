"""From log-odds to probabilities: Platt's two numbers, fitted on people whom a network was not trained on.

Platt, "Probabilistic outputs for support vector machines", 1999.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from veritile.errors import ModelError
from veritile.train.figures import Scores
from veritile.train.loop import Run

Floats = NDArray[np.float64]


def calibrate(*sets: Scores) -> tuple[float, float]:
    """a and b such that sigmoid(a * log_odds + b) is P(fake), were real and fake equally frequent.

    Both classes, within a class all sets, and within a set all people (a `clip` each) count alike. As in
    Platt's paper the targets are not 0 and 1 but leave room for the next case to be wrong, counted
    in people: three held-out people, however well told apart, allow no more than 4 to 1.

    Raises:
        ModelError: the scores hold one class only, or real people score above fake ones.
    """
    log_odds, fake = (np.concatenate([getattr(part, of) for part in sets]) for of in ("log_odds", "fake"))
    if fake.all() or not fake.any():
        raise ModelError("Calibration needs scores of real and of fake pictures: hold out both.")
    weight, people = _votes(sets, fake)
    target = np.where(fake, (people[1] + 1) / (people[1] + 2), 1 / (people[0] + 2))
    centre, spread = float(log_odds.mean()), max(float(log_odds.std()), 1e-9)
    x = ((log_odds - centre) / spread)[:, None]
    fit = LogisticRegression(C=np.inf).fit(
        np.concatenate([x, x]),
        np.repeat([True, False], len(x)),
        # The fit stops by the size of its gradient, hence weights around 1.
        sample_weight=len(x) * np.concatenate([weight * target, weight * (1 - target)]),
    )
    a = float(fit.coef_[0, 0]) / spread
    if not a > 0:
        raise ModelError(
            "The network scores held-out real people above fake ones: train on more people, or for longer."
        )
    return a, float(fit.intercept_[0]) - a * centre


def calibrate_run(run: Run) -> tuple[float, float]:
    """Calibrate on a run's held-out people: photographs, and clips of live swaps if there are any.

    Both count alike, whatever their numbers. Clips alone would promise too much: they are few, and
    the faces that their swaps put on may have been trained on with other performers.

    Raises:
        ModelError: see `calibrate`.
    """
    parts = (run.held_out.score_photographs(run.result, rounds=2), run.score_clips())
    return calibrate(*(part.scores for part in parts if part is not None))


def _votes(sets: Sequence[Scores], fake: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How much each score counts, (N,), 1 in all for each class; and the number of real and of fake people.

    Where people count differently, the number is of as many who count alike and tell as much (Kish,
    "Survey Sampling", 1965): a few clips that weigh as much as hundreds of photographs keep it small.
    """
    of_set = np.repeat(np.arange(len(sets)), [len(part) for part in sets])
    owner = np.column_stack([fake, of_set, np.concatenate([part.clip for part in sets])])
    people, person, scores = np.unique(owner, axis=0, return_inverse=True, return_counts=True)
    _, side, neighbours = np.unique(people[:, :2], axis=0, return_inverse=True, return_counts=True)
    vote = 1 / neighbours[side.reshape(-1)]
    numbers = np.zeros(2)
    for of_class in (0, 1):
        mine = people[:, 0] == of_class
        vote[mine] /= vote[mine].sum()
        numbers[of_class] = 1 / (vote[mine] ** 2).sum()
    return (vote / scores)[person.reshape(-1)], numbers
