"""What axe-core finds against a page, as its users see it: light, dark, and in colours of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page

import bootstrap

AXE = bootstrap.EXTENSION / "node_modules/axe-core/axe.min.js"
LOOKS: dict[str, dict[str, Any]] = {
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "light": {"color_scheme": "light", "forced_colors": "none"},
}


def violations(page: Page, looks: Iterable[str] = LOOKS) -> list[str]:
    """Return each rule that the page breaks in one of `looks`, with where; it keeps the last."""
    # Evaluated over the debugging protocol: the pages themselves take no script from outside.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [f"{look}: {fault}" for look in looks for fault in _violations(page, LOOKS[look])]


def _violations(page: Page, media: dict[str, Any]) -> list[str]:
    page.emulate_media(**media)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found["violations"]]
