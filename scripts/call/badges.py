"""Reads the badges off a page as they stand on the screen.

They live in closed shadow roots, where a page's scripts cannot look; the
browser's debugging protocol can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Page


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge that is shown."""

    participant: str
    label: str
    text: str
    """What a screen reader says of it."""
    box: tuple[float, float, float, float]
    """x, y, width, height in CSS pixels of the page's view."""


def read_badges(page: Page) -> list[Badge]:
    """Return the badges on `page`, in the order of the document."""
    session = page.context.new_cdp_session(page)
    try:
        document = session.send("DOM.getDocument", {"depth": -1, "pierce": True})
        badges = []
        for node, attributes in _walk(document["root"]):
            if "data-participant" not in attributes or "data-label" not in attributes:
                continue
            try:
                quad = session.send("DOM.getBoxModel", {"nodeId": node["nodeId"]})["model"]["border"]
            except Error:
                continue  # not laid out: hidden, or its tile is out of view
            xs, ys = quad[0::2], quad[1::2]
            box = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
            text = attributes.get("aria-label", "")
            badges.append(Badge(attributes["data-participant"], attributes["data-label"], text, box))
        return badges
    finally:
        session.detach()


def open_card(page: Page) -> None:
    """Point at the most alarming badge, so that it opens into its card; do nothing where there is none."""
    alarming = ("likely_fake", "suspect")
    badges = sorted(
        read_badges(page),
        key=lambda badge: alarming.index(badge.label) if badge.label in alarming else len(alarming),
    )
    if badges:
        x, y, width, height = badges[0].box
        page.mouse.move(x + width / 2, y + height / 2)
        page.wait_for_timeout(600)  # it fades in


def _walk(node: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    flat = node.get("attributes", [])
    yield node, dict(zip(flat[0::2], flat[1::2], strict=True))
    parts = [*node.get("children", []), *node.get("shadowRoots", [])]
    if "contentDocument" in node:
        parts.append(node["contentDocument"])
    for part in parts:
        yield from _walk(part)
