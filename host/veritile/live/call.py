"""One participant of one call, looked at whenever the host asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from veritile.errors import HostError, NoFramesError
from veritile.live.host import EPOCH_MS, HELLO, PlayedHost
from veritile.live.reel import Clip, Freezes, Picture
from veritile.native.messages import Configure, Error, Frame, Frames, Item, Open, Size, Verdicts
from veritile.vocabulary import Sensitivity

SHORTEST_MS: Final = 50
LONGEST_MS: Final = 30_000
"""What the extension takes for a wait: extension/src/content/scheduler.ts."""
SESSION: Final = "call"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played: a clip, or two one after the other."""

    name: str
    before: Clip | None
    """The real clip; None where a fake is shown from the start."""
    after: Clip | None
    """The fake clip; None where nobody is swapped."""
    swap_s: float = math.inf
    """When the second one takes over, seconds: 0 from the start, infinite never."""

    def __post_init__(self) -> None:
        if (self.before is None) != (self.swap_s <= 0) or (self.after is None) != (self.swap_s == math.inf):
            raise ValueError("a clip and its time must be given together")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the host answered to one picture."""

    s: float
    """When, seconds of the call."""
    item: Item


@dataclass(frozen=True, slots=True)
class Call:
    """A scene that was played."""

    name: str
    preset: Sensitivity
    swap_s: float
    """From when on the participant was a fake, seconds; infinite: never."""
    seconds: float
    shown: tuple[Shown, ...]
    cpu_s: float
    """That the host's answers took."""


def play(host: PlayedHost, scene: Scene, preset: Sensitivity, *, seconds: float, freeze: float) -> Call:
    """Play a scene on a new host and return what it showed.

    Args:
        host: that nothing has been said to.
        scene: what is played.
        preset: the sensitivity.
        seconds: how long the call lasts; less where a long clip ends.
        freeze: share of the time, 0 to 0.9, in which the line is frozen.

    Raises:
        HostError: a message was not answered as the protocol says.
        ModelError: the model cannot be used.
    """
    host.ask(0, HELLO)
    host.ask(0, Open(id=1, session=SESSION, platform="evaluation"))
    host.ask(0, Configure(id=2, sensitivity=preset))
    screen = _Screen(scene, freeze)
    shown: list[Shown] = []
    ms = 0
    while ms < 1000 * seconds and (picture := screen.at(ms / 1000)) is not None:
        item = _look(host, ms, len(shown) + 3, scene.name, picture)
        shown.append(Shown(ms / 1000, item))
        ms += min(max(item.next_sample_ms, SHORTEST_MS), LONGEST_MS)
    if not shown:
        raise NoFramesError(f"{scene.name} shows no picture: name longer clips.")
    # A clip that ended was watched until its next look found nothing.
    return Call(scene.name, preset, scene.swap_s, min(ms / 1000, seconds), tuple(shown), host.cpu_s)


def _look(host: PlayedHost, ms: int, request: int, name: str, picture: Picture) -> Item:
    frame = Frame(
        participant=name[-128:],
        captured_at=EPOCH_MS + ms,
        jpeg=picture.jpeg,
        video=Size(width=picture.width, height=picture.height),
    )
    reply = host.ask(ms, Frames(id=request, session=SESSION, frames=(frame,)))
    if isinstance(reply, Error):
        raise HostError(f"The host refused a picture of {name}: {reply.text}")
    if not isinstance(reply, Verdicts):
        raise HostError(f"The host answered a picture of {name} with {type(reply).__name__}.")
    (item,) = reply.items
    return item


class _Screen:
    """What the participant's tile shows."""

    def __init__(self, scene: Scene, freeze: float) -> None:
        self._before = scene.before.reel() if scene.before else None
        self._after = scene.after.reel() if scene.after else None
        self._swap_s = scene.swap_s
        self._freezes = Freezes(freeze, scene.name)
        self._t = -1.0
        self._picture: Picture | None = None

    def at(self, t: float) -> Picture | None:
        """At `t` seconds; None once a clip is over."""
        shown = self._freezes.shown(t)
        if shown != self._t:  # else frozen: the same picture, byte for byte
            reel = self._before if shown < self._swap_s else self._after
            self._t, self._picture = shown, None if reel is None else reel.at(shown)
        return self._picture
