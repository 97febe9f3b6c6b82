"""`veritile log`: what the host has written down of past calls."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from veritile.reporting import reported

if TYPE_CHECKING:
    import sqlite3

    from veritile.store.document import Document

_NOTHING = "There was nothing to remove. (A call that is still going on stays.)"

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of lines.")


@click.group()
def log() -> None:
    """Read, export, verify and prune the log of past calls.

    The log is a SQLite file on this computer; `veritile log list` names it.
    SESSION is the id that `list` shows, its beginning, or `last`.
    """


@log.command(name="list")
@json_option
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Newest calls.")
def list_(as_json: bool, limit: int) -> None:
    """List the calls in the log, the newest first."""
    with reported(), _log() as (path, connection):
        from veritile.store.reading import listed

        calls = listed(connection, limit) if connection is not None else []
        if as_json:
            _print_json({"log": str(path), "sessions": [_as_object(call) for call in calls]})
            return
        click.echo(f"{path}\n")
        if not calls:
            click.echo("No call has been logged yet.")
        for call in calls:
            end = call.closed_at if call.closed_at is not None else call.last_at
            people = ", ".join(
                f"{_safe(name or who)}: {worst.value.replace('_', ' ')}"
                for who, (name, _, worst) in call.people.items()
            )
            unknown = "" if call.closed_at is not None else " (no end recorded)"
            lasted = f"{(end - call.opened_at) / 60_000:5.1f} min{unknown}"
            click.echo(f"{call.session}  {_when(call.opened_at)}  {_safe(call.platform):<8} {lasted}")
            click.echo(f"    {people or 'nobody was judged'}")


@log.command()
@click.argument("session")
@json_option
def show(session: str, as_json: bool) -> None:
    """Show one call: who was there, what was shown of them and when."""
    with reported(), _log() as (_, connection):
        document = _document(connection, session)
        if as_json:
            from veritile.store.document import as_json as write

            click.echo(write(document))
            return
        _show(document)


@log.command()
@click.argument("session")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "html"]),
    default="html",
    show_default=True,
    help="A page with plots, a table, or everything.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output."
)
@click.option(
    "--pictures", is_flag=True, help="Open the kept pictures and put them into the page (html only)."
)
@click.option(
    "--no-names", is_flag=True, help="Leave display names out: the call's own ids tell people apart."
)
def export(session: str, form: str, output: Path | None, pictures: bool, no_names: bool) -> None:
    """Write one call as a document of its own."""
    if pictures and form != "html":
        raise click.UsageError("--pictures goes with --format html only.")
    with reported(), _log() as (path, connection):
        document = _document(connection, session)
        if no_names:
            from veritile.store.document import without_names

            document = without_names(document)
        if form == "html":
            from veritile.store.report import as_html

            text = as_html(document, _opened(path, connection, document) if pictures else None)
        elif form == "csv":
            from veritile.store.table import as_csv

            text = as_csv(document)
        else:
            from veritile.store.document import as_json

            text = as_json(document) + "\n"
        _write(text, output)


@log.command()
@json_option
@click.option("--head", metavar="N:HASH", help="A head that was noted down: it must still be in the log.")
def verify(as_json: bool, head: str | None) -> None:
    """Find any entry that was changed, removed or put in since it was written.

    Prints the log's head, to be noted down elsewhere: with it the log cannot
    be replaced or cut later without --head telling so. Exit code 1 when
    something is wrong.
    """
    with reported(), _log() as (path, connection):
        from veritile.store.chain import verify

        if connection is None:
            if as_json:
                _print_json({"log": str(path), "ok": head is None, "entries": 0, "problems": []})
            else:
                click.echo(f"There is no log at {path} yet.")
            sys.exit(0 if head is None else 1)
        found = verify(connection, head)
        if as_json:
            _print_json(
                {
                    "log": str(path),
                    "ok": found.intact,
                    "entries": found.entries,
                    "removed": found.removed,
                    "head": found.head,
                    "problems": [{"entry": each.entry, "text": each.text} for each in found.problems],
                }
            )
        else:
            for problem in found.problems:
                click.echo(problem.text)
            outcome = "no entry was changed" if found.intact else f"{len(found.problems)} problems"
            click.echo(
                f"{path}: {found.entries} entries, {found.removed} removed by age or by you, {outcome}."
            )
            click.echo(f"Head, to note down: {found.head}")
        sys.exit(0 if found.intact else 1)


@log.command()
@click.option(
    "--older-than", "days", type=click.IntRange(0, 3650), metavar="DAYS", help="Calls that ended before."
)
@click.option("--session", help="This call only.")
@click.option("--all", "everything", is_flag=True, help="Every call.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def prune(days: int | None, session: str | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Remove calls for good, and their kept pictures.

    A call that is still going on stays. That entries were removed is written
    into the log, so that `veritile log verify` still holds.
    """
    if sum((days is not None, session is not None, everything)) != 1:
        raise click.UsageError("Give one of --older-than, --session and --all.")
    with reported(), _log() as (path, connection):
        from veritile.store.pruning import prune_now

        if connection is None:
            removed = 0
        else:
            chosen = None if session is None else _named(connection, session)
            what = (
                f"the call {chosen}"
                if chosen
                else "all calls"
                if everything
                else f"calls older than {days} days"
            )
            if not yes and not as_json:
                click.confirm(f"Remove {what} from {path}?", abort=True)
            removed = prune_now(path, days=days or 0, session=chosen)
        if as_json:
            _print_json({"log": str(path), "removed": removed})
        else:
            click.echo(f"{removed} entries were removed." if removed else _NOTHING)


@contextmanager
def _log() -> Iterator[tuple[Path, sqlite3.Connection | None]]:
    """The log's path, and the log opened for reading where there is one."""
    from veritile.errors import LogUnreadableError
    from veritile.store.folder import DATA_DIR_VARIABLE, file
    from veritile.store.reading import opened

    try:
        path = file()
    except RuntimeError as error:
        raise LogUnreadableError(
            f"Nobody knows where the log is: set HOME or {DATA_DIR_VARIABLE}."
        ) from error
    with opened(path) as connection:
        yield path, connection


def _named(connection: sqlite3.Connection | None, session: str) -> str:
    from veritile.errors import UnknownCallError
    from veritile.store.reading import named

    if connection is None:
        raise UnknownCallError("The log holds no call yet.")
    return named(connection, session)


def _document(connection: sqlite3.Connection | None, session: str) -> Document:
    from veritile.store.reading import document

    chosen = _named(connection, session)
    assert connection is not None
    return document(connection, chosen, exported_at=int(time.time() * 1000))


def _opened(path: Path, connection: sqlite3.Connection | None, document: Document) -> dict[int, bytes]:
    """The kept pictures, opened, by their entry; raises PictureKeyError."""
    from veritile.store.keys import known
    from veritile.store.reading import picture
    from veritile.store.vault import about, unseal

    assert connection is not None
    found: dict[int, bytes] = {}
    keys = known(path.parent) if document.pictures else {}
    for kept in document.pictures:
        sealed = picture(connection, kept.entry)
        if sealed is None:
            continue
        if kept.key not in keys:
            click.echo(f"The key {kept.key} of a kept picture is not there: it stays closed.", err=True)
            continue
        what = about(document.session, kept.participant, kept.captured_at)
        found[kept.entry] = unseal(sealed, what, keys[kept.key])
    return found


def _show(document: Document) -> None:
    from msgspec import UNSET

    end = _when(document.closed_at) if document.closed_at is not None else "no end recorded"
    click.echo(f"{document.session}  {_safe(document.platform)}  {_when(document.opened_at)} to {end}")
    for person in document.participants:
        click.echo(f"\n{_safe(person.participant if person.name is UNSET else person.name)}")
        for change in person.changes:
            reason = f" ({change.reason.replace('_', ' ')})" if change.reason else ""
            score = "" if change.score is None else f"  score {change.score:.2f}"
            label = change.label.value.replace("_", " ")
            click.echo(f"  {_when(change.at)}  {label}{reason}{score}  evidence {change.evidence:.2f}")
    for event in document.events:
        if event.kind in ("gap", "error"):
            click.echo(f"\n{_when(event.at)}  {event.kind}: {json.dumps(event.told)}")
    if document.pictures:
        click.echo(
            f"\n{len(document.pictures)} pictures were kept: `veritile log export --pictures` shows them."
        )


def _as_object(call: Any) -> dict[str, Any]:
    return {
        "session": call.session,
        "platform": call.platform,
        "opened_at": call.opened_at,
        "closed_at": call.closed_at,
        "participants": [
            {"participant": who, "name": name, "label": label.value, "worst": worst.value}
            for who, (name, label, worst) in call.people.items()
        ],
    }


def _write(text: str, output: Path | None) -> None:
    from veritile.errors import LogError

    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        return
    try:
        output.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise LogError(f"{output} cannot be written ({error.strerror}): name another file.") from error
    click.echo(f"Written: {output}", err=True)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def _when(epoch_ms: float) -> str:
    """In the user's own time."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch_ms / 1000))
    except (OverflowError, OSError, ValueError):
        return "?"


def _safe(text: str) -> str:
    """Text from a page, without what could steer the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
