"""What many played calls show: how soon, how often wrong, and at what cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from veritile.decision import Pose, Size
from veritile.live.call import Call, Shown
from veritile.vocabulary import Label, Reason, Sensitivity

FULL_RATE = 30.0
"""Frames a second that looking at every frame would cost."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some calls with one preset. Times are in seconds; None is never, or nobody to tell it of."""

    preset: Sensitivity
    group: str
    """`all`, or the size of the face in pixels, or its pose."""
    calls: int
    minutes: float
    """Participant-minutes, all calls together."""
    first_label_p50: float | None
    first_label_p90: float | None
    first_answer_p50: float | None
    """Until a label, or until it is told that there is none: `undecided`, or what is in the way."""
    first_answer_p90: float | None
    never_labelled: int
    swapped: int
    """Calls in which somebody is swapped, from the start or later."""
    detect_p50: float | None
    """From the swap to `likely_fake`; who was missed counts as never."""
    detect_p90: float | None
    missed: int
    """Swapped calls that never became `likely_fake` while swapped; a false alarm that goes on is none."""
    at_least_suspect: int
    """Swapped calls that became `suspect` or `likely_fake` while swapped."""
    swapped_real: int
    """Swapped calls that were ever `likely_real` while swapped."""
    swapped_real_share: float | None
    """Share of the time while swapped in which `likely_real` was shown, 0-1."""
    real: int
    """Calls with a real person, at least at first."""
    real_real: int
    """Those of them that were ever `likely_real` before any swap."""
    real_real_share: float | None
    """Share of the time before any swap in which `likely_real` was shown, 0-1."""
    real_minutes: float
    """Participant-minutes of real people."""
    false_alarms: int
    """Times that a real person became `likely_fake`."""
    falsely_alarmed: int
    """Real people to whom that happened."""
    alarms_per_hour: float | None
    alarms_upper: float | None
    """Exact upper 95 % bound of Poisson's law, alarms per participant-hour."""
    alarmed_share_upper: float | None
    """Exact upper 95 % bound (Clopper and Pearson) of the share of real people to whom it happens."""
    inconclusive: dict[Reason, float]
    """Share of the time, 0-1, by reason."""
    looks: int
    looks_share: float
    """Of 30 frames a second, 0-1."""
    cpu_s_per_minute: float
    """CPU seconds that the host takes for a participant-minute."""


def figures(calls: Iterable[Call]) -> Iterator[Figures]:
    """Yield the figures of all calls by preset, then of those with each size and pose of the face."""
    calls = list(calls)
    groups = {"all": calls}
    for kind in (*Size, Pose.FRONTAL, Pose.TURNED):
        groups[kind.value] = [call for call in calls if kind in mostly(call)]
    for name, group in groups.items():
        for preset in Sensitivity:
            if mine := [call for call in group if call.preset is preset]:
                yield _of(preset, name, mine)


def mostly(call: Call) -> tuple[Size | Pose, ...]:
    """Return the size and pose of most looks that the last verdict rests on; nothing without any."""
    frames: dict[Size | Pose, int] = {}
    for part in call.shown[-1].item.basis.parts:
        for kind in (part.size, part.pose):
            frames[kind] = frames.get(kind, 0) + part.frames
    return tuple(
        max((kind for kind in frames if isinstance(kind, group)), key=frames.__getitem__)
        for group in ((Size, Pose) if frames else ())
    )


def _of(preset: Sensitivity, group: str, calls: Sequence[Call]) -> Figures:
    seconds = sum(call.seconds for call in calls)
    labelled = [_first(call.shown, 0.0, _is_label) for call in calls]
    answered = [_answered(call) for call in calls]
    swapped = [call for call in calls if call.swap_s < call.seconds]
    detected = [_first(call.shown, call.swap_s, _is_alarm) for call in swapped]
    suspected = [_first(call.shown, call.swap_s, _is_suspicion) for call in swapped]
    real = [call for call in calls if call.swap_s > 0]
    real_s = sum(min(call.seconds, call.swap_s) for call in real)
    alarms = [false_alarms(call) for call in real]
    people = sum(count > 0 for count in alarms)
    as_real = [_shown_s(call, Label.LIKELY_REAL, 0.0, call.swap_s) for call in real]
    as_real_swapped = [_shown_s(call, Label.LIKELY_REAL, call.swap_s, math.inf) for call in swapped]
    swapped_s = sum(call.seconds - call.swap_s for call in swapped)
    looks = sum(len(call.shown) for call in calls)
    hours = real_s / 3600
    return Figures(
        preset=preset,
        group=group,
        calls=len(calls),
        minutes=seconds / 60,
        first_label_p50=quantile(labelled, 0.5),
        first_label_p90=quantile(labelled, 0.9),
        first_answer_p50=quantile(answered, 0.5),
        first_answer_p90=quantile(answered, 0.9),
        never_labelled=labelled.count(math.inf),
        swapped=len(swapped),
        detect_p50=quantile(detected, 0.5),
        detect_p90=quantile(detected, 0.9),
        missed=detected.count(math.inf),
        at_least_suspect=len(swapped) - suspected.count(math.inf),
        swapped_real=sum(s > 0 for s in as_real_swapped),
        swapped_real_share=sum(as_real_swapped) / swapped_s if swapped_s else None,
        real=len(real),
        real_real=sum(s > 0 for s in as_real),
        real_real_share=sum(as_real) / real_s if real_s else None,
        real_minutes=real_s / 60,
        false_alarms=sum(alarms),
        falsely_alarmed=people,
        alarms_per_hour=sum(alarms) / hours if hours else None,
        alarms_upper=poisson_upper(sum(alarms)) / hours if hours else None,
        alarmed_share_upper=binomial_upper(people, len(real)) if real else None,
        inconclusive=_inconclusive(calls, seconds),
        looks=looks,
        looks_share=looks / (FULL_RATE * seconds),
        cpu_s_per_minute=sum(call.cpu_s for call in calls) * 60 / seconds,
    )


def false_alarms(call: Call) -> int:
    """How often the participant became `likely_fake` while real."""
    labels = [Label.INCONCLUSIVE, *(shown.item.label for shown in call.shown if shown.s < call.swap_s)]
    return sum(_is_alarm(now) and not _is_alarm(before) for before, now in pairwise(labels))


def _first(shown: Iterable[Shown], since: float, wanted: Callable[[Label], bool]) -> float:
    """Seconds from `since` until the label becomes a wanted one; infinite when it never does.

    Who had one before, by mistake, has not been found: it must have gone meanwhile.
    """
    before = Label.INCONCLUSIVE
    for each in shown:
        if each.s >= since and wanted(each.item.label) and not wanted(before):
            return each.s - since
        before = each.item.label
    return math.inf


def _answered(call: Call) -> float:
    """Seconds until something else than `starting` was shown; infinite when it never was."""
    return next((shown.s for shown in call.shown if shown.item.reason is not Reason.STARTING), math.inf)


def _shown_s(call: Call, label: Label, since: float, until: float) -> float:
    """For how long a label was shown between two times, seconds."""
    return sum(
        max(0.0, min(end, until) - max(shown.s, since))
        for shown, end in _spans(call)
        if shown.item.label is label
    )


def _spans(call: Call) -> Iterator[tuple[Shown, float]]:
    """What was shown, and until when: each verdict until the next."""
    return zip(call.shown, [*(shown.s for shown in call.shown[1:]), call.seconds], strict=True)


def _is_label(label: Label) -> bool:
    return label is not Label.INCONCLUSIVE


def _is_alarm(label: Label) -> bool:
    return label is Label.LIKELY_FAKE


def _is_suspicion(label: Label) -> bool:
    return label in (Label.SUSPECT, Label.LIKELY_FAKE)


def _inconclusive(calls: Iterable[Call], seconds: float) -> dict[Reason, float]:
    """Share of the time by reason, the most frequent first."""
    times: dict[Reason, float] = {}
    for call in calls:
        for shown, end in _spans(call):
            if isinstance(shown.item.reason, Reason):
                times[shown.item.reason] = times.get(shown.item.reason, 0.0) + end - shown.s
    return {reason: times[reason] / seconds for reason in sorted(times, key=times.__getitem__, reverse=True)}


def quantile(times: Sequence[float], share: float) -> float | None:
    """Return the least time by which so great a share (0-1) has come; None when it never has."""
    if not times:
        return None
    value = sorted(times)[math.ceil(share * len(times)) - 1]
    return value if math.isfinite(value) else None


def poisson_upper(events: int, confidence: float = 0.95) -> float:
    """Return the exact upper bound of a Poisson mean of which so many events were seen."""

    def at_most(mean: float) -> float:
        return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1))

    return _root(lambda mean: at_most(mean) - (1 - confidence), float(events), 3.0 * events + 10.0)


def binomial_upper(events: int, trials: int, confidence: float = 0.95) -> float:
    """Return the exact upper bound (Clopper and Pearson, one-sided) of a share, 0-1."""
    if events >= trials:
        return 1.0

    def at_most(share: float) -> float:
        return sum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(events + 1))

    return _root(lambda share: at_most(share) - (1 - confidence), events / trials, 1.0)


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0, between two bounds."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return high
