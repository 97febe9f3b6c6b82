"""How the tests are shared among processes: a module each, those that drive a browser one after the other."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/e2e/"


class OneBrowser(LoadFileScheduling):
    """All modules that drive a browser count as one."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return BROWSER if module.startswith(BROWSER) else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBrowser:
    """Take that in place of xdist's own."""
    return OneBrowser(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's, the slowest."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))
