"""Every message of the protocol, generated within its bounds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET

from veritile.decision import Pose, Size
from veritile.decision.challenge.words import (
    Answer,
    Finding,
    Hint,
    Source,
    State,
    Step,
    StepState,
    View,
    Watch,
    Why,
)
from veritile.decision.policy import LARGEST_BUDGET, SMALLEST_BUDGET
from veritile.native import basis
from veritile.native import messages as m
from veritile.native.challenge_parts import Action, FindingTold, JudgementTold, ShareTold, StepTold, ViewTold
from veritile.native.limits import ID_CHARS, LARGEST_SHARE, LONGEST_DAYS, NAME_CHARS, SMALLEST_SHARE
from veritile.store.state import LogState, VaultState
from veritile.vocabulary import Advice, Label, Reason, Sensitivity

# JSON text cannot hold half of a surrogate pair.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ids = st.integers(0, 2**53 - 1)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=ID_CHARS)
epoch_ms = st.integers(0, 8_640_000_000_000_000) | st.floats(0, 8.64e15)
unit = st.floats(0, 1)
numbers = st.integers(0, 2**40)
milliseconds = st.floats(0, 1e6)
replies = st.just(UNSET) | ids


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just(UNSET) | strategy


frames = st.builds(
    m.Frame,
    participant=keys,
    name=maybe(st.text(st.characters(exclude_categories=["Cs"]), max_size=NAME_CHARS)),
    captured_at=epoch_ms,
    jpeg=st.binary(max_size=300),
    video=st.builds(m.Size, width=st.integers(1, 16384), height=st.integers(1, 16384)),
)
budgets = st.floats(SMALLEST_BUDGET, LARGEST_BUDGET)
others = {
    "cpu_share": st.floats(SMALLEST_SHARE, LARGEST_SHARE),
    "battery_saver": st.booleans(),
    "log": st.booleans(),
    "retention_days": st.integers(0, LONGEST_DAYS),
    "log_names": st.booleans(),
    "keep_evidence": st.booleans(),
}
configure = st.one_of(
    st.builds(m.Configure, id=ids, session=maybe(keys), sensitivity=st.sampled_from(Sensitivity)),
    st.builds(m.Configure, id=ids, session=maybe(keys), alarms_per_hour=budgets),
    st.builds(m.Configure, id=ids, alarms_per_hour=maybe(budgets), **others),
)
client_messages = st.one_of(
    st.builds(
        m.Hello,
        id=ids,
        protocols=st.lists(st.integers(), max_size=5).map(tuple),
        client=st.builds(m.Peer, name=text, version=text),
    ),
    st.builds(m.Open, id=ids, session=keys, platform=text),
    st.builds(m.Frames, id=ids, session=keys, frames=st.lists(frames, max_size=3).map(tuple)),
    configure,
    st.builds(m.Close, id=ids, session=keys),
    st.builds(m.Ping, id=ids),
    st.builds(m.ListSessions, id=ids, logged=maybe(st.booleans())),
    st.builds(m.Export, id=ids, session=keys, format=st.sampled_from(m.ExportFormat)),
    st.builds(
        m.ChallengeRequest,
        id=ids,
        session=keys,
        participant=keys,
        action=st.sampled_from([action for action in Action if action is not Action.ANSWER]),
        mirrored=maybe(st.booleans()),
        why=maybe(st.sampled_from(Why)),
        keep=maybe(st.booleans()),
    ),
    st.builds(
        m.ChallengeRequest,
        id=ids,
        session=keys,
        participant=keys,
        action=st.just(Action.ANSWER),
        answer=st.sampled_from(Answer),
        keep=maybe(st.booleans()),
    ),
    st.builds(m.PictureRequest, id=ids, session=keys, participant=keys, step=maybe(numbers)),
    st.builds(m.HeatmapRequest, id=ids, session=keys, participant=keys),
)

model = st.builds(m.Model, name=text, version=text, sha256=text)
boxes = st.tuples(*[st.floats(-1e4, 1e4)] * 4)
bases = st.builds(
    basis.Basis,
    frames=numbers,
    seconds=milliseconds,
    quality=unit,
    strongest=maybe(st.builds(basis.Strongest, captured_at=epoch_ms, score=unit, quality=unit)),
    parts=st.lists(
        st.builds(
            basis.Part,
            pose=st.sampled_from(Pose),
            size=st.sampled_from(Size),
            frames=numbers,
            weight=milliseconds,
            score=unit,
        ),
        max_size=2,
    ).map(tuple),
)
items = st.builds(
    m.Item,
    participant=keys,
    captured_at=epoch_ms,
    label=st.sampled_from(Label),
    reason=maybe(st.sampled_from(Reason)),
    advice=maybe(st.sampled_from(Advice)),
    score=st.none() | unit,
    confidence=unit,
    evidence=milliseconds,
    p=maybe(unit),
    basis=bases,
    box=maybe(boxes),
    people=numbers,
    quality=unit,
    faces=st.lists(st.builds(m.FaceBox, box=boxes, confidence=unit), max_size=2).map(tuple),
    next_sample_ms=numbers,
    dropped=st.booleans(),
    timing=st.builds(
        m.Timing,
        queue_ms=milliseconds,
        decode_ms=milliseconds,
        detect_ms=milliseconds,
        score_ms=milliseconds,
    ),
    error=maybe(st.builds(m.Problem, code=st.integers(100, 799), text=text)),
)
summaries = st.builds(
    m.SessionSummary,
    session=keys,
    logged_as=maybe(keys),
    platform=text,
    opened_at=epoch_ms,
    closed_at=maybe(epoch_ms),
    participants=st.lists(
        st.builds(
            m.ParticipantSummary,
            participant=keys,
            name=maybe(text),
            label=st.sampled_from(Label),
            score=maybe(st.none() | unit),
            worst=maybe(st.sampled_from(Label)),
        ),
        max_size=2,
    ).map(tuple),
)
challenges = st.builds(
    m.ChallengeTold,
    re=replies,
    session=keys,
    participant=keys,
    state=st.sampled_from(State),
    why=maybe(st.sampled_from(Why)),
    step=maybe(numbers),
    steps=st.lists(
        st.builds(
            StepTold,
            step=st.sampled_from(Step),
            seconds=numbers,
            picture_side=maybe(st.sampled_from(["left", "right"])),
            state=st.sampled_from(StepState),
            progress=unit,
            hint=maybe(st.sampled_from(Hint)),
            watch=st.lists(st.sampled_from(Watch), max_size=2).map(tuple),
            picture=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    remaining_ms=numbers,
    reference=st.booleans(),
    findings=st.lists(
        st.builds(
            FindingTold,
            finding=st.sampled_from(Finding),
            step=numbers,
            value=milliseconds,
            unusual=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    views=st.lists(
        st.builds(ViewTold, view=st.sampled_from(View), frames=numbers, score=unit), max_size=2
    ).map(tuple),
    judgement=maybe(
        st.builds(
            JudgementTold,
            label=st.sampled_from(Label),
            reason=maybe(st.sampled_from(Reason)),
            log_odds=st.floats(-9, 9),
            shares=st.lists(
                st.builds(ShareTold, source=st.sampled_from(Source), log_odds=st.floats(-9, 9)), max_size=2
            ).map(tuple),
        )
    ),
)
logs = st.builds(
    m.Log,
    state=st.sampled_from(LogState),
    path=text,
    pictures=st.sampled_from(VaultState),
    text=maybe(text),
)
host_messages = st.one_of(
    challenges,
    st.builds(
        m.PictureTold,
        re=replies,
        session=keys,
        participant=keys,
        step=maybe(numbers),
        jpeg=st.binary(max_size=300),
        captured_at=epoch_ms,
        box=maybe(boxes),
        yaw=maybe(st.floats(-90, 90)),
    ),
    st.builds(
        m.HeatmapTold,
        re=replies,
        session=keys,
        participant=keys,
        jpeg=st.binary(max_size=300),
        captured_at=epoch_ms,
        score=unit,
    ),
    st.builds(
        m.Info,
        re=replies,
        versions=st.builds(m.Versions, veritile=text, python=text, onnxruntime=maybe(text)),
        protocols=st.lists(st.integers(), max_size=5).map(tuple),
        model=model,
        provider=st.none() | text,
        state=st.sampled_from(m.ModelState),
        least_alarms_per_hour=st.none() | milliseconds,
        log=logs,
        limits=st.builds(m.Limits, **dict.fromkeys(m.Limits.__struct_fields__, numbers)),
    ),
    st.builds(
        m.Verdicts, re=replies, session=keys, alarm=milliseconds, items=st.lists(items, max_size=2).map(tuple)
    ),
    st.builds(
        m.Health,
        re=replies,
        **{name: numbers for name in m.Health.__struct_fields__ if name not in ("v", "re", "log")},
        log=logs,
    ),
    st.builds(m.Pong, re=replies),
    st.builds(m.Error, re=replies, code=st.integers(100, 799), text=text),
    st.builds(
        m.SessionList, re=replies, items=st.lists(summaries, max_size=2).map(tuple), more=st.booleans()
    ),
    st.builds(m.Exported, re=replies, session=keys, format=st.sampled_from(m.ExportFormat), data=text),
)
