"""How the tests are shared among processes: a module each, those that drive a browser one after the other.

Property-based tests have two profiles. By itself pytest draws new examples each time; with
`--hypothesis-profile=gate`, which scripts/test.py asks for, it takes the same each time, so that the gate
judges the change and not the draw.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/e2e/"

# How long an example takes says how busy the machine is.
settings.register_profile("drawn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("drawn"), derandomize=True)
settings.load_profile("drawn")


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
