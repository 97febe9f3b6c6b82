"""Kills hosts in the middle of a call, and looks at what the session log then holds."""

from __future__ import annotations

import itertools
import os
import random
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import UNSET

from native.talk import HELLO, as_a, frames, picture_of
from veritile.errors import HostError
from veritile.native.client import HostClient
from veritile.native.messages import Health, Info, Item, Open, Verdicts
from veritile.store.chain import verify
from veritile.store.database import readable
from veritile.store.folder import DATA_DIR_VARIABLE, FILE_NAME, FOLDER

HOST = (sys.executable, str(Path(__file__).with_name("odd_hosts.py")), "flipping")
PEOPLE = ("ada", "bob", "cyd")
Change = tuple[str, str, float, str, str | None]
"""Session, participant, time of capture, label and reason."""


@dataclass
class Killed:
    """What came of it."""

    kills: int = 0
    acknowledged: set[Change] = field(default_factory=set)
    corrupt: int = 0
    """Kills after which the database was not whole."""
    broken: int = 0
    """Kills after which the chain did not verify."""

    def missing(self, path: Path) -> set[Change]:
        """Changes that were told to the client and are not in the log."""
        return self.acknowledged - logged(path)


class Victim:
    """A host in a call in which every picture changes the verdict; pictures are sent without a pause."""

    def __init__(self, host: HostClient, session: str) -> None:
        self._host = host
        self._session = session
        self._ids = itertools.count(10)
        self._newest: dict[str, tuple[str, str | None]] = {}
        self.acknowledged: set[Change] = set()
        as_a(Info, host.request(HELLO))
        host.wait_loaded()
        as_a(Health, host.request(Open(id=2, session=session, platform="meet")))

    def meet(self, batches: int) -> None:
        """Have so many batches answered, two at a time on their way as in a call, and then kill the host."""
        self._send()
        for _ in range(batches):
            self._send()
            self._hear(as_a(Verdicts, self._host.wait_for(lambda m: isinstance(m, Verdicts))))
        self._host.process.kill()
        with suppress(HostError):
            while True:  # what it had still sent
                self._hear(as_a(Verdicts, self._host.wait_for(lambda m: isinstance(m, Verdicts))))

    def _send(self) -> None:
        request = next(self._ids)
        self._host.send(
            frames(
                request, *(picture_of(who, bytes([request % 256])) for who in PEOPLE), session=self._session
            )
        )

    def _hear(self, verdicts: Verdicts) -> None:
        for item in verdicts.items:
            shown = _shown(item)
            if self._newest.get(item.participant) != shown and not item.dropped:
                self._newest[item.participant] = shown
                self.acknowledged.add((self._session, item.participant, item.captured_at, *shown))


def kill_hosts(folder: Path, times: int, *, together: int = 1, seed: int = 0) -> Killed:
    """Kill hosts, `together` that write one log at a time, each after a random number of batches.

    Args:
        folder: of the user's data.
        times: how many kills.
        together: hosts that run at once.
        seed: of the numbers.
    """
    chance, came = random.Random(seed), Killed()
    environment = {**os.environ, DATA_DIR_VARIABLE: str(folder), "VERITILE_LOG_DIR": str(folder)}
    path = folder / FOLDER / FILE_NAME
    while came.kills < times:
        with ExitStack() as stack:
            victims = [
                Victim(stack.enter_context(HostClient.spawn(HOST, env=environment)), f"{came.kills}-{n}")
                for n in range(together)
            ]
            talks = [chance.randint(0, 40) for _ in victims]
            with ThreadPoolExecutor(together) as pool:
                list(pool.map(Victim.meet, victims, talks))
            came.kills += together
            came.acknowledged.update(*(victim.acknowledged for victim in victims))
        whole, chained = examined(path)
        came.corrupt += not whole
        came.broken += not chained
    return came


def logged(path: Path) -> set[Change]:
    """Every change in the log."""
    with closing(readable(path)) as connection:
        rows = connection.execute(
            """SELECT client, participant, captured_at, label, reason
                FROM verdicts JOIN sessions USING (session) WHERE kind = 'verdict'"""
        )
        return set(rows)


def examined(path: Path) -> tuple[bool, bool]:
    """Whether the database is whole, and whether its chain holds; a log that never came to be is both."""
    if not path.exists():
        return True, True
    with suppress(sqlite3.Error), closing(readable(path)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return whole, verify(connection).intact
    return False, False


def _shown(item: Item) -> tuple[str, str | None]:
    return item.label.value, None if item.reason is UNSET else item.reason.value
