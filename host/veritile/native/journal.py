"""What the host writes into the session log: the one place where the two meet.

Verdicts that change are on the disk before they are sent; all the rest is
written when it suits the disk. Whatever goes wrong with the log, nothing is
raised here and the call goes on; `told` says what is wrong.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET, to_builtins

from veritile import __version__
from veritile.digest import sha256
from veritile.native.batches import WaitingFrame
from veritile.native.clock import SYSTEM, Clock
from veritile.native.log import logger
from veritile.native.messages import ChallengeTold, Configure, Item, Log
from veritile.native.noting import Note, rounded, told_of
from veritile.native.sessions import LoggedSession, Participant, Session
from veritile.native.status import ModelStatus, log_told, model_on_card
from veritile.store.entries import Entry, Kind, canonical
from veritile.store.retention import DAY_MS, DEFAULT_DAYS
from veritile.store.state import LogState, VaultState
from veritile.store.vault import MOST_PICTURE_BYTES, Vault, about
from veritile.store.writer import Writer
from veritile.vocabulary import Label

if TYPE_CHECKING:
    from veritile.store.database import Database

STANDING_S: Final = 60.0
"""A label that stays the same is written down again after so long."""
MOST_ENTRIES: Final = 20_000
"""Of one session: whatever a page does, it fills no disk."""
MOST_PICTURES: Final = 24
"""Kept of one session."""
_ALARMING: Final = (Label.SUSPECT, Label.LIKELY_FAKE)


class Journal:
    """Writes down what happens in this host process. For any thread, `note` for the worker's alone."""

    def __init__(
        self, path: Path | None, *, clock: Clock = SYSTEM, changed: Callable[[], None] = lambda: None
    ) -> None:
        """Nothing is opened before the first session is.

        Args:
            path: of the log; None writes nothing, whatever is configured.
            clock: of the entries.
            changed: called from any thread when `told` has become another.
        """
        self._path = path
        self._changed = changed
        self._clock = clock
        self._host = os.urandom(4).hex()
        self._lock = threading.RLock()  # a signal may end the host while its own thread is in here
        self._logging, self._days, self._names, self._keeping = True, DEFAULT_DAYS, True, False
        self._early: list[Entry] = []
        self._begun = False
        self._open: dict[str, LoggedSession] = {}
        self._pruned_at = 0
        self._writer = None if path is None else Writer(path, self._host, changed=changed, epoch=clock.epoch)
        self._vault = None if path is None else Vault(path.parent, changed)

    @property
    def on(self) -> bool:
        """Whether anything is written."""
        return self._writer is not None and self._logging and self._days > 0

    @property
    def path(self) -> Path | None:
        """Of the log's file, which need not be there."""
        return self._path

    @property
    def told(self) -> Log:
        """What `info` says of the log."""
        state = self._writer.state if self._writer is not None and self.on else LogState.OFF
        vault = self._vault.state if self._vault is not None and self.on else VaultState.OFF
        return log_told(self._path, state, vault, self._vault.text if self._vault is not None else "")

    def configure(self, settings: Configure, sessions: Sequence[Session]) -> None:
        """Take over what is set of the log, and write down whatever is set."""
        if self._writer is None:
            return
        was_on = self.on
        with self._lock:
            if settings.log_names is not UNSET:
                self._names = settings.log_names
            self._logging = self._logging if settings.log is UNSET else settings.log
            self._days = self._days if settings.retention_days is UNSET else settings.retention_days
            self._keeping = self._keeping if settings.keep_evidence is UNSET else settings.keep_evidence
        if was_on and (self._begun or not self.on):
            told = to_builtins(settings)
            self._put(Kind.CONFIGURED, {key: told[key] for key in told if key not in ("type", "v", "id")})
        if was_on and not self.on:
            self._end_sessions("logging was switched off")
        for session in sessions if self.on and not was_on else ():
            self.session_opened(session)
        self._keep_pictures()
        if self.on != was_on:
            self._changed()
        if settings.retention_days is not UNSET:
            self._prune()

    def session_opened(self, session: Session) -> None:
        """Write that a session is open, unless that is written already."""
        if self.on:
            self._logged(session)

    def session_closed(self, session: Session) -> None:
        """Write that a session was closed, and remove what has grown too old."""
        logged = session.logged
        if logged is not None and self._open.pop(logged.id, None) is not None:
            self._put(Kind.SESSION_CLOSED, {"why": "closed"}, logged.id)
        if self.on and self._clock.epoch() * 1000 - self._pruned_at > DAY_MS:
            self._prune()

    def note(self, frame: WaitingFrame, person: Participant, item: Item, *, changed: bool) -> Note | None:
        """Return what is to be written of a look; None when nothing is."""
        picture = self._picture(frame, person, item)
        if not changed and picture is None and frame.captured - person.noted < STANDING_S:
            return None
        person.noted = frame.captured
        return Note(person, item, changed, picture)

    def judged(self, session: Session, alarm: float, notes: Sequence[Note]) -> None:
        """Write down looks; where a verdict has changed, return once that is on the disk or cannot be."""
        if not (self.on and notes and self._writer is not None):
            return
        try:
            logged = self._logged(session)
            entries: list[Entry] = []
            for note in notes:
                entries += self._entries(logged, note, alarm)
            if any(note.changed for note in notes):
                self._writer.commit(entries)
            else:
                self._writer.put(entries)
        except Exception:
            logger.exception("verdicts could not be logged")

    def challenged(
        self, session: Session, told: ChallengeTold, answer: str, pictures: Sequence[tuple[float, bytes]]
    ) -> None:
        """Write down a challenge that the user wants to keep, with its pictures where pictures are kept."""
        if not (self.on and self._writer is not None):
            return
        body = to_builtins(told)
        for field in ("type", "v", "re", "session", "remaining_ms", "reference"):
            body.pop(field, None)
        try:
            logged = self._logged(session)
            entries = [self._entry(Kind.CHALLENGE, body | {"answer": answer}, logged.id)]
            if self._vault is not None and self._vault.is_open:
                label = None if told.judgement is UNSET else told.judgement.label.value
                for captured_at, picture in pictures:
                    if logged.pictures < MOST_PICTURES and len(picture) <= MOST_PICTURE_BYTES:
                        logged.pictures += 1
                        of = {"participant": told.participant, "captured_at": captured_at, "label": label}
                        entries.append(self._sealed(logged.id, of, picture))
            logged.entries += len(entries)
            self._writer.put(entries)
        except Exception:
            logger.exception("a challenge could not be logged")

    def model(self, status: ModelStatus) -> None:
        """Write which model judges, and where it runs."""
        told = to_builtins(status.model) | {"state": status.state.value, "provider": status.provider}
        told |= {"onnxruntime": status.onnxruntime, "error": status.error.code if status.error else None}
        self._put(Kind.MODEL, told)

    def error(self, code: int) -> None:
        """Write that an error was told to the client for the first time."""
        self._put(Kind.ERROR, {"code": code})

    def stop(self, why: str, timeout: float, **figures: int) -> None:
        """Write that the host ends, and close the log within `timeout` seconds."""
        if self._writer is None:
            return
        if self._begun:
            self._end_sessions("the host ended")
            self._put(Kind.HOST_STOPPED, {"why": why, **figures})
        self._writer.stop(timeout)

    def flush(self, timeout: float) -> None:
        """Wait, at most `timeout` seconds, until all that was told is written."""
        if self._writer is not None and self._begun:
            self._writer.settle(timeout=timeout)

    def _put(self, kind: Kind, body: dict[str, Any], session: str = "") -> None:
        if self._writer is None:
            return
        entry = self._entry(kind, body, session)
        with self._lock:
            if not self._begun:  # a host without a call leaves no trace
                self._early = [*self._early, entry][-50:]
                return
        self._writer.put([entry])

    def _entry(self, kind: Kind, body: dict[str, Any], session: str = "") -> Entry:
        return Entry(int(self._clock.epoch() * 1000), kind, self._host, session, canonical(body))

    def _begin(self) -> None:
        """With the first session: that the host is there."""
        assert self._writer is not None
        with self._lock:
            if self._begun:
                return
            self._begun = True
            early, self._early = self._early, []
        told: dict[str, Any] = {"veritile": __version__, "python": platform.python_version()}
        told |= {"system": platform.system(), "model": to_builtins(model_on_card())}
        self._writer.put([self._entry(Kind.HOST_STARTED, told), *early])

    def _logged(self, session: Session) -> LoggedSession:
        """What the log knows of a session; from now on, that it is open."""
        assert self._writer is not None
        with self._lock:
            logged = session.logged
            if logged is not None and (session.closed or logged.id in self._open):
                return logged
            self._begin()
            session.logged = logged = LoggedSession(os.urandom(6).hex())
            self._open[logged.id] = logged
            told = {"client": session.key, "platform": session.platform, "opened_at": session.opened_at}
            told |= {"veritile": __version__, "model": to_builtins(model_on_card())}
            told |= {"alarms_per_hour": session.policy.budget}
            self._writer.put([self._entry(Kind.SESSION_OPENED, told, logged.id)])
        return logged

    def _end_sessions(self, why: str) -> None:
        with self._lock:
            ended, self._open = list(self._open), {}
        for session in ended:
            self._put(Kind.SESSION_CLOSED, {"why": why}, session)

    def _entries(self, logged: LoggedSession, note: Note, alarm: float) -> list[Entry]:
        if logged.entries >= MOST_ENTRIES:
            return []
        told, who = [], note.item.participant
        name = note.person.name if self._names else None
        if logged.names.get(who, "") != name:
            logged.names[who] = name
            told.append(self._entry(Kind.PARTICIPANT, {"participant": who, "name": name}, logged.id))
        kind = Kind.VERDICT if note.changed else Kind.STANDING
        told.append(self._entry(kind, told_of(note.item, alarm), logged.id))
        if note.picture is not None and logged.pictures < MOST_PICTURES:
            logged.pictures += 1
            captured_at, picture = note.picture
            of = {"participant": who, "captured_at": captured_at, "label": note.item.label.value}
            of |= {"score": rounded(note.item.score)}
            told.append(self._sealed(logged.id, of, picture))
        logged.entries += len(told)
        return told

    def _picture(self, frame: WaitingFrame, person: Participant, item: Item) -> tuple[float, bytes] | None:
        """The strongest picture of somebody alarming, once; until they are, it is held in memory."""
        if self._vault is None or not self._vault.is_open:
            person.strongest = None
            return None
        strongest = person.verdict.basis.strongest
        if strongest is not None and strongest.at == frame.captured and len(frame.jpeg) <= MOST_PICTURE_BYTES:
            person.strongest = (frame.captured_at, frame.jpeg)
        if item.label not in _ALARMING:
            return None
        picture, person.strongest = person.strongest, None
        return picture

    def _sealed(self, session: str, of: dict[str, Any], picture: bytes) -> Entry:
        assert self._vault is not None
        sealed, key = self._vault.seal(picture, about(session, of["participant"], of["captured_at"]))
        told = of | {"key": key, "sha256": sha256(sealed).hexdigest()}
        at = int(self._clock.epoch() * 1000)
        return Entry(at, Kind.PICTURE, self._host, session, canonical(told), sealed)

    def _keep_pictures(self) -> None:
        assert self._vault is not None
        if self._keeping and self.on:
            self._vault.open()
        else:
            self._vault.close()

    def _prune(self) -> None:
        """Remove what is older than it may be, where there is a log at all."""
        assert self._writer is not None
        if self._path is None or not self._path.exists():
            return
        now = int(self._clock.epoch() * 1000)
        self._pruned_at = now
        # To keep nothing means: nor what was written this very millisecond.
        before, host = now - self._days * DAY_MS + (not self._days), self._host

        def job(database: Database) -> None:
            from veritile.store.retention import prune

            prune(database, host=host, now=now, before=before)

        self._writer.do(job)
