"""Plays a recording to a new host, and compares what that says with what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from veritile.live.host import PlayedHost
from veritile.live.recording import Exchange, Recording
from veritile.native.analyzer import Analyzer
from veritile.native.messages import Error, Frames, HostMessage, Item, Verdicts


@dataclass(frozen=True, slots=True)
class Difference:
    """The first reply that differs."""

    call: int
    ms: int
    """When, of the call."""
    participant: str
    """Empty where the whole reply is another."""
    field: str
    was: str
    """As recorded, in JSON."""
    now: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it."""

    calls: int
    verdicts: int
    """That were compared, the one that differs included."""
    difference: Difference | None


def replay(recording: Recording, analyzer: Analyzer, progress: Callable[[], None] = lambda: None) -> Replay:
    """Play a recording until a verdict differs in anything but the time it took to work it out.

    Args:
        recording: what was said.
        analyzer: what looks at pictures.
        progress: called after each exchange.

    Raises:
        VeritileError: as `Recording.exchanges` and `PlayedHost.ask`.
    """
    calls = verdicts = 0
    for _, exchanges in groupby(recording.exchanges(), attrgetter("call")):
        calls += 1
        with PlayedHost(analyzer, epoch_ms=recording.header.epoch_ms) as host:
            for exchange in exchanges:
                reply = host.ask(exchange.ms, exchange.question)
                progress()
                if not isinstance(exchange.question, Frames):
                    continue  # what is said of versions, memory and uptime may differ
                verdicts += len(reply.items) if isinstance(reply, Verdicts) else 0
                if difference := compare(exchange, reply):
                    return Replay(calls, verdicts, difference)
    return Replay(calls, verdicts, None)


def compare(exchange: Exchange, reply: HostMessage) -> Difference | None:
    """Return the first difference between a recorded reply to frames and a new one, times of work aside."""
    was, now = exchange.reply, reply
    if isinstance(was, Verdicts) and isinstance(now, Verdicts) and len(was.items) == len(now.items):
        for old, new in zip(was.items, now.items, strict=True):
            for field in Item.__struct_fields__:
                pair = tuple(getattr(each, field) for each in (old, new))
                if field != "timing" and pair[0] != pair[1]:
                    return _difference(exchange, old.participant, field, *pair)
    elif not (isinstance(was, Error) and isinstance(now, Error) and was == now):
        return _difference(exchange, "", "type", was, now)
    return None


def _difference(exchange: Exchange, participant: str, field: str, was: Any, now: Any) -> Difference:
    return Difference(exchange.call, exchange.ms, participant, field, _json(was), _json(now))


def _json(value: Any) -> str:
    return "nothing" if value is msgspec.UNSET else msgspec.json.encode(value).decode()[:500]
