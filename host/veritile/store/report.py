"""A session as a page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Final

from msgspec import UNSET

from veritile.store.challenge import challenges_of, names_of
from veritile.store.document import Change, Document, Event, Person, worst
from veritile.store.entries import Kind
from veritile.store.plot import name, plot
from veritile.store.table import iso
from veritile.vocabulary import Label

_SIGNS: Final = {
    Label.LIKELY_REAL: "✓ Likely real",
    Label.SUSPECT: "! Suspect",
    Label.LIKELY_FAKE: "✕ Likely fake",
    Label.INCONCLUSIVE: "– Inconclusive",
}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def as_html(document: Document, pictures: Mapping[int, bytes] | None = None) -> str:
    """Return the page; `pictures` are the opened ones (JPEG or WebP) by their entry."""
    style = resources.files("veritile.store").joinpath("report.css").read_text(encoding="utf-8")
    closed = iso(document.closed_at) if document.closed_at is not None else "no end was recorded"
    model = document.model if isinstance(document.model, dict) else {}
    facts = {
        "Platform": document.platform,
        "Opened": iso(document.opened_at),
        "Closed": closed,
        "Session": document.session,
        "Model": " ".join(str(model.get(key, "")) for key in ("name", "version")).strip() or "unknown",
        "Model’s SHA-256": str(model.get("sha256", "")),
        "Veritile": document.veritile,
        "Exported": iso(document.exported_at),
        "Head of the log": document.head or "not from the log",
    }
    body = [
        f"<h1>Call on {_text(document.platform or '?')}, {_text(iso(document.opened_at))}</h1>",
        "<dl>",
        *(f"<dt>{_text(key)}</dt><dd>{_text(value)}</dd>" for key, value in facts.items()),
        "</dl>",
        '<p class="note">A label says what the evidence speaks for. It is no proof. Score: 0 real, 1 fake, '
        "unbroken line. Evidence: broken line, as a share of what an alarm needs. Times are UTC.</p>",
        *(_person(person, document) for person in document.participants),
        _challenges(document),
        _pictures(document, pictures or {}),
        _events(tuple(event for event in document.events if event.kind != Kind.CHALLENGE)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Veritile: call of {_text(iso(document.opened_at))}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _person(person: Person, document: Document) -> str:
    title = person.participant if person.name is UNSET else person.name
    labels = [change.label for change in person.changes] or [person.label]
    drawing = plot(
        person,
        document.opened_at,
        document.ended_at,
        document.alarm,
        f"Labels, score and evidence over time of {title}; the table below has the same.",
    )
    rows = "".join(map(_row, person.changes))
    basis = person.basis if isinstance(person.basis, dict) else {}
    rests = f"{basis.get('frames', 0)} usable looks over {basis.get('seconds', 0)} s"
    return (
        f"<section><h2><bdi>{_text(title)}</bdi></h2><p>At the end {_badge(person.label)}, "
        f"at worst {_badge(worst(labels))}. It rests on {_text(rests)}.</p>{drawing}"
        f"<details><summary>{len(person.changes)} changes</summary><table><thead><tr>"
        "<th>Time</th><th>Label</th><th>Reason</th>"
        '<th class="n">Score</th><th class="n">Confidence</th><th class="n">Evidence</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></details></section>"
    )


def _row(change: Change) -> str:
    score = "" if change.score is None else f"{change.score:.2f}"
    reason = (change.reason or "").replace("_", " ")
    return (
        f"<tr><td>{_text(iso(change.at))}</td><td>{_badge(change.label)}</td><td>{_text(reason)}</td>"
        f'<td class="n">{score}</td><td class="n">{change.confidence:.2f}</td>'
        f'<td class="n">{change.evidence:.2f}</td></tr>'
    )


def _challenges(document: Document) -> str:
    kept = challenges_of(document)
    if not kept:
        return ""
    names = names_of(document)
    rows = "".join(
        f"<tr><td>{_text(iso(at))}</td>"
        f"<td><bdi>{_text(names.get(one.participant, one.participant))}</bdi></td>"
        f"<td>{_badge(one.judgement.label)}</td><td>{_text(one.answer.replace('_', ' '))}</td>"
        f"<td>{_text(one.outcome)}</td><td>{_text(one.parts)}</td></tr>"
        for at, one in kept
    )
    return (
        "<section><h2>Guided challenges</h2><table><thead><tr><th>Time</th><th>Who</th><th>Label</th>"
        f"<th>The user’s answer</th><th>Steps</th><th>Shares, log-odds</th></tr></thead><tbody>{rows}</tbody>"
        "</table></section>"
    )


def _pictures(document: Document, opened: Mapping[int, bytes]) -> str:
    if not document.pictures:
        return ""
    figures = []
    for kept in document.pictures:
        data = opened.get(kept.entry)
        if data is None:
            shown = "<p>Kept, encrypted; not shown here.</p>"
        else:
            kind = "webp" if data[8:12] == b"WEBP" else "jpeg"
            shown = f'<img alt="" src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'
        figures.append(
            f"<figure>{shown}<figcaption><bdi>{_text(kept.participant)}</bdi>, "
            f"{_text(iso(kept.captured_at))}, {_badge(kept.label)}</figcaption></figure>"
        )
    return f"<section><h2>Kept pictures</h2>{''.join(figures)}</section>"


def _events(events: tuple[Event, ...]) -> str:
    if not events:
        return ""
    rows = "".join(
        f"<tr><td>{_text(iso(event.at))}</td><td>{_text(event.kind.replace('_', ' '))}</td>"
        f"<td>{_text(json.dumps(event.told, ensure_ascii=False))}</td></tr>"
        for event in events
    )
    return (
        "<section><h2>The program itself</h2><table><thead><tr><th>Time</th><th>Event</th>"
        f"<th>Details</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _badge(label: Label) -> str:
    return f'<b class="{name(label)}">{_SIGNS[label]}</b>'


def _text(value: str) -> str:
    return escape(value, quote=True)
