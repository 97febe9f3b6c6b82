"""What was found in files as a page that needs nothing else: no script, no font, nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any, Final

from veritile import __version__
from veritile.frame.occlusion import CAPTION
from veritile.store.plot import name
from veritile.video.record import on_stretches
from veritile.vocabulary import Label

WIDTH: Final = 720
HEIGHT: Final = 150
_LEFT, _TOP, _RIGHT, _BOTTOM, _STRIP = 34, 8, WIDTH - 8, HEIGHT - 40, 12
_MOST_POINTS: Final = 1500
_SIGNS: Final = {
    "likely_real": "✓ Likely real",
    "suspect": "! Suspect",
    "likely_fake": "✕ Likely fake",
    "inconclusive": "– Inconclusive",
}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

Pictures = Mapping[int, tuple[bytes, bytes]]
"""Of people by their number: the frame at their worst moment and its heat map, as JPEG."""


def as_page(files: Sequence[tuple[dict[str, Any], Pictures]]) -> str:
    """Return the page on files, each as `veritile.video.record.as_record` tells it, with its pictures."""
    style = resources.files("veritile.store").joinpath("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Veritile: {len(files)} files</title><style>{style}{_STYLE}</style></head><body><main>"
        f"<h1>Veritile: {len(files)} {'file' if len(files) == 1 else 'files'}</h1>"
        '<p class="note">A label says what the evidence speaks for. It is no proof: when it matters, '
        "ask the person by another way. Scores: 0 real, 1 fake. Confidence: how far the tests have got "
        f"towards their bounds, no probability. Veritile {_text(__version__)}.</p>"
        f"{''.join(_file(told, pictures) for told, pictures in files)}</main></body></html>\n"
    )


_STYLE: Final = (
    ".heat{stroke:none}.look{fill:var(--score)}.bound{stroke:var(--evidence);stroke-dasharray:4 3}"
    ".pair{display:flex;flex-wrap:wrap;gap:1rem}.pair figure{flex:0 1 20rem;margin:0}"
)


def _file(told: dict[str, Any], pictures: Pictures) -> str:
    title = f"<section><h2><bdi>{_text(told['path'])}</bdi></h2>"
    if "error" in told:
        return (
            f"{title}<p>Not analysed: {_text(told['error']['text'])} [{told['error']['code']}]</p></section>"
        )
    verdict, model = told["verdict"], told["model"]
    people = told.get("people") or [
        {"person": 1, "verdict": verdict, "segments": [], "frames": told["frames"]}
    ]
    video = told.get("video")
    seconds = (video or {}).get("seconds") or max((frame["t"] for frame in told["frames"]), default=0.0)
    size = f", {video['width']}x{video['height']}, {clock(seconds)}" if video else ""
    facts = f"{len(told['frames'])} frames looked at{size}; model {model['name']} {model['version']}"
    if temporal := model.get("temporal"):
        facts += f". {on_stretches(temporal, temporal['stretches'])}"
    parts = [title, f"<p>{_badge(verdict)}</p><p class='note'>{_text(facts)}</p>"]
    for person in people:
        if len(people) > 1:
            parts.append(f"<h3>Person {person['person']} {_badge(person['verdict'])}</h3>")
        if len(person["frames"]) > 1:
            parts.append(
                timeline(person["frames"], seconds, f"Scores of person {person['person']} over time")
            )
        parts.append(_segments(person["segments"]))
        parts.append(_pictures(person, pictures.get(person["person"])))
    return "".join([*parts, "</section>"])


def _segments(segments: Sequence[dict[str, Any]]) -> str:
    if not segments:
        return "<p>No stretch looks swapped.</p>"
    rows = "".join(
        f"<tr><td>{clock(s['start'])}</td><td>{clock(s['end'])}</td><td class='n'>{s['score']:.2f}</td>"
        f"<td>{clock(s['worst'])}</td></tr>"
        for s in segments
    )
    return (
        "<table><caption>Stretches that look swapped</caption><thead><tr><th>From</th><th>To</th>"
        f"<th class='n'>Score</th><th>Highest at</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _pictures(person: dict[str, Any], pair: tuple[bytes, bytes] | None) -> str:
    if pair is None:
        return ""
    frame, heat = (base64.b64encode(data).decode() for data in pair)
    who = f"Person {person['person']}"
    return (
        f"<div class='pair'><figure><img alt='{who} where the score is highest' "
        f"src='data:image/jpeg;base64,{frame}'>"
        f"<figcaption>{who}, where the score is highest</figcaption></figure>"
        f"<figure><img alt='Heat map of the same face' src='data:image/jpeg;base64,{heat}'>"
        f"<figcaption>{CAPTION}</figcaption></figure></div>"
    )


def timeline(frames: Sequence[dict[str, Any]], seconds: float, title: str) -> str:
    """Return an SVG: the frames' scores over time; below them a strip, the redder the higher they are."""
    span = max(seconds, 0.001)
    every = -(-len(frames) // _MOST_POINTS)
    shown = [frame for frame in frames[::every] if frame["score"] is not None]

    def x(t: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, t / span), 1)

    def y(score: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * score, 1)

    grid = "".join(
        f'<path class="grid" d="M{_LEFT} {y(v)}H{_RIGHT}"/>'
        f'<text x="{_LEFT - 6}" y="{y(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    wide = max(1.0, (_RIGHT - _LEFT) / max(1, len(frames[::every])))
    dots = "".join(
        f'<circle class="look" cx="{x(f["t"])}" cy="{y(f["score"])}" r="2"/>'
        f'<rect class="heat" x="{x(f["t"])}" y="{_BOTTOM + 6}" width="{wide:.1f}" height="{_STRIP}" '
        f'fill="rgb(220 60 40 / {f["score"]:.2f})"/>'
        for f in shown
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_text(title)}">{grid}{dots}'
        f'<text x="{_LEFT}" y="{HEIGHT - 4}">0:00</text>'
        f'<text x="{_RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{clock(seconds)}</text></svg>'
    )


def clock(seconds: float) -> str:
    """`h:mm:ss`, or `m:ss.s` below an hour."""
    minutes, rest = divmod(round(max(0.0, seconds), 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{int(rest):02}" if hours else f"{minutes}:{rest:04.1f}"


def _badge(verdict: dict[str, Any]) -> str:
    label = Label(verdict["label"])
    reason = f" ({verdict['reason'].replace('_', ' ')})" if verdict["reason"] else ""
    score = "" if verdict["score"] is None else f", score {verdict['score']:.2f}"
    return (
        f"<b class='{name(label)}'>{_SIGNS[label]}{_text(reason)}</b>"
        f"<span class='note'>{score}, confidence {verdict['confidence']:.2f}</span>"
    )


def _text(value: str) -> str:
    return escape(value.encode("utf-8", "replace").decode(), quote=True)
