"""How a guided challenge stands, as the messages tell it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from msgspec import UNSET, Struct, UnsetType

from veritile.decision.challenge.words import Finding, Hint, Source, Step, StepState, View, Watch
from veritile.native.fields import Count, Measure, Unit
from veritile.vocabulary import Label, Reason

if TYPE_CHECKING:
    from veritile.decision.challenge import Challenge, Judgement


class Action(StrEnum):
    """What the client wants of a challenge."""

    START = "start"
    STATUS = "status"
    MORE_TIME = "more_time"
    SKIP = "skip"
    CANCEL = "cancel"
    ANSWER = "answer"
    FORGET = "forget"


class StepTold(Struct, frozen=True, kw_only=True):
    """One step of a challenge."""

    step: Step
    seconds: Count
    picture_side: Literal["left", "right"] | UnsetType = UNSET
    state: StepState
    progress: Unit
    hint: Hint | UnsetType = UNSET
    watch: tuple[Watch, ...]
    picture: bool


class FindingTold(Struct, frozen=True, kw_only=True):
    """What was noticed at a step."""

    finding: Finding
    step: Count
    value: Measure
    unusual: bool


class ViewTold(Struct, frozen=True, kw_only=True):
    """What the network says of the face as seen from one place."""

    view: View
    frames: Count
    score: Unit


class ShareTold(Struct, frozen=True, kw_only=True):
    """One part of a judgement's log-odds."""

    source: Source
    log_odds: float


class JudgementTold(Struct, frozen=True, kw_only=True):
    """What is said in the end."""

    label: Label
    reason: Reason | UnsetType = UNSET
    log_odds: float
    shares: tuple[ShareTold, ...]


def steps_of(challenge: Challenge, shown: set[int]) -> tuple[StepTold, ...]:
    """Tell the steps; `shown` are the indices of those of which there is a picture."""
    from veritile.decision.challenge.steps import LIBRARY, TURNS  # of no use before somebody is challenged
    from veritile.decision.challenge.watchers import to_the_right

    told = []
    for index, tracker in enumerate(challenge.trackers):
        step = tracker.step
        side: Literal["left", "right"] | UnsetType = UNSET
        if step in TURNS:
            side = "right" if to_the_right(step, mirrored=challenge.mirrored) else "left"
        told.append(
            StepTold(
                step=step,
                seconds=LIBRARY[step].seconds,
                picture_side=side,
                state=tracker.state,
                progress=round(tracker.progress, 2),
                hint=tracker.hint or UNSET,
                watch=LIBRARY[step].watch,
                picture=index in shown,
            )
        )
    return tuple(told)


def findings_of(challenge: Challenge) -> tuple[FindingTold, ...]:
    """Tell what was noticed."""
    return tuple(
        FindingTold(
            finding=found.finding, step=found.step, value=round(found.value, 3), unusual=found.unusual
        )
        for found in challenge.findings
    )


def views_of(challenge: Challenge) -> tuple[ViewTold, ...]:
    """Tell what the network says, by view."""
    return tuple(
        ViewTold(view=seen.view, frames=seen.frames, score=round(seen.score, 3)) for seen in challenge.views
    )


def judgement_of(judgement: Judgement | None) -> JudgementTold | UnsetType:
    """Tell the judgement; unset before there is one."""
    if judgement is None:
        return UNSET
    shares = tuple(ShareTold(source=s.source, log_odds=round(s.log_odds, 2)) for s in judgement.shares)
    return JudgementTold(
        label=judgement.label,
        reason=judgement.reason or UNSET,
        log_odds=round(judgement.log_odds, 2),
        shares=shares,
    )
