"""The thread that writes the log, so that nobody else waits for the disk longer than they choose to.

What cannot be written waits in memory, a bounded number of entries, and is
written when that is possible again, behind an entry that tells of the gap.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from veritile.store.entries import Entry, Kind, canonical
from veritile.store.state import LogState, Vanished, state_of, text

if TYPE_CHECKING:
    from veritile.store.database import Database

PATIENCE_S: Final = 0.25
"""How long a verdict waits for its entry to be on the disk; after that it is shown all the same."""
OPENING_S: Final = 2.0
"""The same for the first verdict, while the log is still being opened."""
LINGER_S: Final = 2.0
"""How long what nobody waits for is gathered, so that the disk is woken seldom."""
RETRY_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
MOST_WAITING: Final = 2000
"""Entries in memory while nothing can be written; the oldest are lost first."""
Job = Callable[["Database"], object]


@dataclass(slots=True)
class _Gap:
    """A time in which nothing could be written."""

    state: LogState
    since: int
    """Epoch ms."""
    lost: int = 0
    """Entries that had to be given up."""
    tries: int = 0
    why: str = ""
    """As it is written down: the first state, or that the file was removed."""
    aside: str | None = None
    """New name of a damaged file."""


class Writer:
    """Writes entries in the order in which they are put; safe to use from any thread. Raises nothing."""

    def __init__(
        self,
        path: Path,
        host: str,
        *,
        changed: Callable[[], None] = lambda: None,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is opened or started before the first `put` or `do`.

        Args:
            path: of the database.
            host: named in entries about gaps.
            changed: called from any thread when `state` has become another.
            epoch: the clock, seconds since 1970.
        """
        self.path = path
        self._host = host
        self._on_change = changed
        self._epoch = epoch
        self._changed = threading.Condition()
        self._waiting: deque[Entry] = deque()
        self._jobs: deque[Job] = deque()
        self._put = self._settled = 0
        self._urgent = self._ending = False
        self._gap: _Gap | None = None
        self._told = LogState.ON
        self._database: Database | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> LogState:
        """ON, or what is wrong."""
        gap = self._gap
        return gap.state if gap else LogState.ON

    @property
    def text(self) -> str:
        """What the user can do about the state."""
        return text(self.state, self.path)

    def put(self, entries: Sequence[Entry], *, urgent: bool = False) -> int:
        """Have entries written soon, `urgent` ones at once; return a mark for `settle`."""
        with self._changed:
            self._waiting.extend(entries)
            self._put += len(entries)
            self._give_up_oldest()
            self._urgent |= urgent
            self._wake()
            return self._put

    def commit(self, entries: Sequence[Entry]) -> bool:
        """Write entries and return once they are on the disk; False when they are not, in spite of patience.

        While something is wrong nobody waits.
        """
        mark = self.put(entries, urgent=True)
        if self._gap is not None:
            return False
        if self.settle(mark, OPENING_S if self._database is None else PATIENCE_S):
            return True
        with self._changed:
            if self._gap is None:
                self._gap = _Gap(LogState.SLOW, self._now())
        self._tell()
        return False

    def settle(self, mark: int | None = None, timeout: float = PATIENCE_S) -> bool:
        """Wait until all that was put before `mark`, or so far, is written; False when it is not."""
        with self._changed:
            goal = self._put if mark is None else mark
            self._urgent |= self._settled < goal
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._settled >= goal or self._gap is not None or self._ending, timeout
            )
            return self._settled >= goal

    def do(self, job: Job) -> None:
        """Have something done to the database between two writes; again and again when it fails."""
        with self._changed:
            self._jobs.append(job)
            self._wake()

    def stop(self, timeout: float) -> None:
        """Write what waits, close the log, and wait for that up to `timeout` seconds."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _wake(self) -> None:
        if self._thread is None and not self._ending:
            self._thread = threading.Thread(target=self._run, name="veritile-log", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _give_up_oldest(self) -> None:
        excess = len(self._waiting) - MOST_WAITING
        for _ in range(excess):
            self._waiting.popleft()
        if excess > 0:
            self._settled += excess
            self._gap = self._gap or _Gap(LogState.SLOW, self._now())
            self._gap.lost += excess

    def _run(self) -> None:
        ending = False
        while not ending:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._jobs or self._gap or self._ending)
                if not self._gap:
                    self._changed.wait_for(lambda: self._urgent or self._jobs or self._ending, LINGER_S)
                ending, self._urgent = self._ending, False
                taken, self._waiting = list(self._waiting), deque()
                gap = self._gap
            self._try(taken, gap)
            self._tell()
            if not ending:
                self._pause()
        if self._database is not None:
            self._database.close()

    def _try(self, taken: list[Entry], gap: _Gap | None) -> None:
        """Write, or put back what could not be written."""
        before, lost = gap, gap.lost if gap else 0
        while True:
            try:
                self._write(taken, gap)
                break
            except Exception as error:  # whatever it is, the call goes on
                gap, again = self._after(error, gap)
                if not again:
                    self._put_back(taken, gap)
                    return
        with self._changed:
            self._settled += len(taken)
            if self._gap is before:
                more = before.lost - lost if before else 0
                self._gap = _Gap(LogState.SLOW, self._now(), more) if more else None
            self._changed.notify_all()
        self._work()

    def _write(self, taken: list[Entry], gap: _Gap | None) -> None:
        if self._database is None:
            from veritile.store.database import Database

            self._database = Database(self.path)
        first = [self._entry_of(gap, len(taken))] if gap else []
        if first or taken:
            self._database.append([*first, *taken])

    def _put_back(self, taken: list[Entry], gap: _Gap) -> None:
        with self._changed:
            gap.lost += self._gap.lost if self._gap is not None and self._gap is not gap else 0
            self._gap = gap
            self._waiting.extendleft(reversed(taken))
            self._give_up_oldest()
            self._changed.notify_all()

    def _work(self) -> None:
        while self._jobs and self._database is not None:
            try:
                self._jobs[0](self._database)
            except Exception as error:
                self._put_back([], self._after(error, self._gap)[0])
                return
            self._jobs.popleft()

    def _after(self, error: Exception, gap: _Gap | None) -> tuple[_Gap, bool]:
        """What is known of the trouble after an error, and whether another file helps at once."""
        if self._database is not None:
            self._database.close()  # opened afresh: the file may be another by then
            self._database = None
        vanished = isinstance(error, Vanished)
        state = LogState.UNWRITABLE if vanished else state_of(error, self.path)
        gap = gap or _Gap(state, self._now())
        gap.state = state
        gap.why = gap.why or ("removed" if vanished else state.value)
        gap.tries += 1
        if state is LogState.DAMAGED and gap.aside is None:
            from veritile.store.database import set_aside

            with suppress(OSError):
                gap.aside = set_aside(self.path, self._now() // 1000)
                return gap, True
        return gap, vanished and gap.tries == 1

    def _entry_of(self, gap: _Gap, late: int) -> Entry:
        body = canonical(
            {
                "why": gap.why or gap.state.value,
                "since": gap.since,
                "lost": gap.lost,
                "late": late,
                "set_aside": gap.aside,
            }
        )
        return Entry(self._now(), Kind.GAP, self._host, "", body)

    def _pause(self) -> None:
        """Before the next try, where the last one failed."""
        with self._changed:
            if self._gap is not None and self._gap.tries:
                wait = RETRY_S[min(self._gap.tries, len(RETRY_S)) - 1]
                self._changed.wait_for(lambda: self._ending, wait)

    def _tell(self) -> None:
        with self._changed:
            state, before = self.state, self._told
            self._told = state
        if state is not before:
            self._on_change()

    def _now(self) -> int:
        return int(self._epoch() * 1000)
