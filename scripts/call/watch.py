"""What Veritile says of a call: the extension's own snapshot, read through its popup page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

from call.browser import open_popup

Snapshot = dict[str, Any]
"""`Snapshot` of extension/src/shared/channel.ts, as JSON."""


class Watcher:
    """A popup that stays open behind the meeting and answers what the extension knows."""

    def __init__(self, context: BrowserContext, meeting: Page) -> None:
        self.page = open_popup(context)
        meeting.bring_to_front()

    def snapshot(self) -> Snapshot:
        """Return the state of the host and of every tab with a call."""
        try:
            return self._ask()
        except Error as error:
            # A popup whose language was changed loads itself anew.
            if "Execution context was destroyed" not in error.message:
                raise
            self.page.wait_for_load_state()
            return self._ask()

    def _ask(self) -> Snapshot:
        answer: Snapshot = self.page.evaluate("chrome.runtime.sendMessage({kind: 'snapshot'})")
        return answer

    def entries(self) -> list[dict[str, Any]]:
        """Return every tile of every tab."""
        return [entry for tab in self.snapshot()["tabs"] for entry in tab["entries"]]

    def wait_for(self, condition: Callable[[Snapshot], bool], *, seconds: float, what: str) -> Snapshot:
        """Return the first snapshot that satisfies `condition`; raise TimeoutError when none does in time."""
        until = time.monotonic() + seconds
        while True:
            snapshot = self.snapshot()
            if condition(snapshot):
                return snapshot
            if time.monotonic() > until:
                raise TimeoutError(f"{what}: not within {seconds:g} s. The last snapshot was {snapshot}")
            # Lets the browser's events through, and is no longer than the extension takes to change.
            self.page.wait_for_timeout(50)
