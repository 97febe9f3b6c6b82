"""A stand-in for a platform's call, open in the browser with the watcher beside it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Frame, Page

from call.watch import Snapshot, Watcher
from e2e.origins import Origin


class StandIn:
    """One page at one of the origins, whose tiles are arranged by `show`."""

    def __init__(self, context: BrowserContext, origin: Origin, layout: str = "lobby") -> None:
        self.origin = origin
        self.page: Page = context.new_page()
        self.page.goto(f"{origin.url}?layout={layout}")
        self.watcher = Watcher(context, self.page)
        self.document.wait_for_function("() => globalThis.stage?.layout")

    @property
    def document(self) -> Page | Frame:
        """What holds the tiles."""
        frames = [frame for frame in self.page.frames if frame.url.endswith(self.origin.frame or "\n")]
        return frames[0] if frames else self.page

    def show(self, layout: str | int, **options: bool) -> None:
        """Rearrange the tiles: a layout's name, or a crowd of so many others."""
        self.document.evaluate("([layout, options]) => stage.show(layout, options)", [layout, options])

    def entries(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """Return every tile of this call in a snapshot."""
        return [entry for tab in snapshot["tabs"] for entry in tab["entries"]]

    def close(self) -> None:
        """Leave the call."""
        self.watcher.page.close()
        self.page.close()
