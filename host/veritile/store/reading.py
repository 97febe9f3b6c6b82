"""Reading the log: which sessions there are, and one of them as a document."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import UNSET

from veritile import __version__
from veritile.errors import LogUnreadableError, UnknownCallError
from veritile.store.chain import entries_of
from veritile.store.database import readable
from veritile.store.document import Change, Document, Event, Person, Picture, worst
from veritile.store.entries import Kind
from veritile.store.state import Newer, state_of, text
from veritile.vocabulary import Label

MOST_LISTED: Final = 1000
_LISTED: Final = (Kind.SESSION_OPENED, Kind.SESSION_CLOSED, Kind.PARTICIPANT, Kind.VERDICT)
_TOLD: Final = (Kind.HOST_STARTED, Kind.MODEL, Kind.GAP, Kind.ERROR, Kind.CONFIGURED, Kind.HOST_STOPPED)


People = dict[str, tuple[str | None, Label, Label]]
"""Name, last label and worst label of each participant."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One session of the log."""

    session: str
    client: str
    """The client's id of it."""
    platform: str
    opened_at: int
    """Epoch ms."""
    closed_at: int | None
    last_at: int
    """Of its last entry, epoch ms."""
    people: People


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the log for reading; None where there is none yet. Raises LogUnreadableError, in the block too."""
    connection = None
    try:
        with suppress(FileNotFoundError):
            connection = readable(path)
        yield connection
    except (sqlite3.Error, OSError, Newer) as error:
        why = text(state_of(error, path), path) or str(error)
        raise LogUnreadableError(f"The log {path} cannot be read ({error}). {why}") from error
    finally:
        if connection is not None:
            connection.close()


def listed(connection: sqlite3.Connection, most: int = MOST_LISTED) -> list[Listed]:
    """Return the newest sessions, the newest first; raises sqlite3.Error."""
    spans = connection.execute(
        """SELECT session, min(seq), max(seq) FROM entries WHERE session != ''
            GROUP BY session ORDER BY min(seq) DESC LIMIT ?""",
        (most,),
    )
    found = []
    for session, *ends in spans.fetchall():
        first, last = (
            connection.execute("SELECT at FROM entries WHERE seq = ?", (seq,)).fetchone()[0] for seq in ends
        )
        begun: dict[str, Any] = {}
        closed: int | None = None
        people: People = {}
        # What is told each minute is left out: it tells nothing that the changes do not.
        for _, at, kind, told in entries_of(connection, session, *_LISTED):
            if kind == Kind.SESSION_OPENED:
                begun = told
            elif kind == Kind.SESSION_CLOSED:
                closed = at
            else:
                _note(people, kind, told)
        found.append(
            Listed(
                session=session,
                client=str(begun.get("client", "")),
                platform=str(begun.get("platform", "")),
                opened_at=begun.get("opened_at", first),
                closed_at=closed,
                last_at=last,
                people=people,
            )
        )
    return found


def named(connection: sqlite3.Connection, prefix: str) -> str:
    """Return the id of the one session that begins so, `last` for the newest.

    Raises UnknownCallError when there is none, or more than one; sqlite3.Error.
    """
    if prefix == "last":
        newest = listed(connection, 1)
        if newest:
            return newest[0].session
        raise UnknownCallError("The log holds no call yet.")
    rows = connection.execute(
        "SELECT DISTINCT session FROM entries WHERE session != '' AND substr(session, 1, ?) = ? LIMIT 2",
        (len(prefix), prefix),
    ).fetchall()
    if len(rows) != 1 or not prefix:
        which = "more than one session begins" if rows else "no session begins"
        raise UnknownCallError(f"In the log {which} with {prefix!r}: `veritile log list` names them.")
    return str(rows[0][0])


def document(
    connection: sqlite3.Connection, session: str, *, exported_at: int, most_changes: int | None = None
) -> Document:
    """Return a session as a document.

    Args:
        connection: the open log.
        session: the log's id of it, as `named` returns it.
        exported_at: epoch ms.
        most_changes: of each participant, the newest; all of them unless told.

    Raises:
        UnknownCallError: there is no such session.
        sqlite3.Error.
    """
    begun: dict[str, Any] = {}
    names: dict[str, str] = {}
    verdicts: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    pictures, times, closed = [], [], None
    challenges: list[Event] = []
    for seq, at, kind, told in entries_of(connection, session):
        times.append(at)
        who = str(told.get("participant", ""))
        match kind:
            case Kind.SESSION_OPENED:
                begun = told
            case Kind.SESSION_CLOSED:
                closed = at
            case Kind.PARTICIPANT if "name" in told:
                names[who] = told["name"]
            case Kind.VERDICT | Kind.STANDING:
                verdicts.setdefault(who, []).append((kind, told))
            case Kind.CHALLENGE:
                challenges.append(Event(at=at, kind=kind, told=told))
            case Kind.PICTURE:
                with suppress(msgspec.ValidationError):
                    pictures.append(msgspec.convert({"entry": seq, "score": None} | told, Picture))
    if not times:
        raise UnknownCallError("The log holds no such session: `veritile log list` names them.")
    last = [told for lines in verdicts.values() for _, told in lines[-1:]]
    people = [_person(who, names.get(who), lines, most_changes) for who, lines in verdicts.items()]
    seq, hashed = connection.execute("SELECT seq, hash FROM head").fetchone()
    return Document(
        veritile=str(begun.get("veritile", __version__)),
        model=begun.get("model"),
        session=session,
        platform=str(begun.get("platform", "")),
        opened_at=begun.get("opened_at", times[0]),
        closed_at=closed,
        exported_at=exported_at,
        alarm=last[-1].get("alarm") if last else None,
        head=f"{seq}:{bytes(hashed).hex()}",
        participants=tuple(person for person in people if person is not None),
        pictures=tuple(pictures),
        events=(*_events(connection, session, times[0], times[-1]), *challenges),
    )


def picture(connection: sqlite3.Connection, entry: int) -> bytes | None:
    """Return an encrypted picture; None when it is not there any more. Raises sqlite3.Error."""
    row = connection.execute("SELECT sealed FROM pictures WHERE seq = ?", (entry,)).fetchone()
    return bytes(row[0]) if row else None


def _person(
    who: str, name: str | None, lines: list[tuple[str, dict[str, Any]]], most: int | None
) -> Person | None:
    """None when nothing that is told of them makes sense."""
    changes: list[Change] = []
    standings: list[Change] = []
    for kind, told in lines:
        with suppress(msgspec.ValidationError):
            plain = {"reason": None, "score": None, "evidence": 0.0} | told | {"at": told.get("captured_at")}
            (changes if kind == Kind.VERDICT else standings).append(msgspec.convert(plain, Change))
    absent = dict.fromkeys(("reason", "advice", "score", "p", "basis"))
    try:
        plain = absent | {"evidence": 0.0, "people": 0} | lines[-1][1] | {"changes": ()}
        person = msgspec.convert(plain, Person)
    except msgspec.ValidationError:
        return None
    keep = slice(None) if most is None else slice(-most, None)
    return msgspec.structs.replace(
        person,
        participant=who,
        name=UNSET if name is None else str(name),
        changes=tuple(changes[keep]),
        standings=tuple(standings[keep]),
    )


def _events(connection: sqlite3.Connection, session: str, first: int, last: int) -> tuple[Event, ...]:
    """What the hosts that wrote of the session told of themselves meanwhile."""
    marks = ", ".join("?" * len(_TOLD))
    rows = connection.execute(
        f"""SELECT at, kind, body FROM entries WHERE session = '' AND kind IN ({marks}) AND at BETWEEN ? AND ?
            AND host IN (SELECT DISTINCT host FROM entries WHERE session = ?) ORDER BY seq""",
        (*(kind.value for kind in _TOLD), first, last, session),
    )
    return tuple(Event(at=at, kind=kind, told=_object(body)) for at, kind, body in rows)


def _note(people: People, kind: str, told: dict[str, Any]) -> None:
    who = str(told.get("participant", ""))
    name, _, worst_yet = people.get(who, (None, Label.INCONCLUSIVE, Label.INCONCLUSIVE))
    if kind == Kind.PARTICIPANT:
        people[who] = (str(told["name"]) if "name" in told else None, _, worst_yet)
    else:
        with suppress(ValueError):
            label = Label(str(told.get("label")))
            people[who] = (name, label, worst([label, worst_yet]))


def _object(text: object) -> dict[str, Any]:
    with suppress(TypeError, ValueError):
        found = json.loads(text)  # type: ignore[arg-type]
        return found if isinstance(found, dict) else {}
    return {}
