"""The extension's pages in docs/ say what its manifest and its policy schema say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bootstrap import EXTENSION, ROOT
from veritile.install.identity import EXTENSION_ID

PERMISSIONS = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
POLICY = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
MANIFEST = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((EXTENSION / "managed_schema.json").read_text(encoding="utf-8"))


def first_cells(page: str) -> list[str]:
    """The words in code style of each table row's first cell."""
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


def test_every_permission_is_justified_and_none_that_is_not_asked_for() -> None:
    asked = [
        *MANIFEST["permissions"],
        *MANIFEST["host_permissions"],
        *MANIFEST["optional_host_permissions"],
    ]
    assert sorted(first_cells(PERMISSIONS)) == sorted(asked)


def test_every_policy_is_documented_and_none_that_is_not_there() -> None:
    assert sorted(first_cells(POLICY)) == sorted(SCHEMA["properties"])


def test_the_documented_policy_is_one_that_the_schema_knows() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", POLICY, re.DOTALL)
    prescribed = json.loads(example)["3rdparty"]["extensions"]["EXTENSION_ID"]
    assert prescribed.keys() <= SCHEMA["properties"].keys()
    assert EXTENSION_ID in POLICY


@pytest.mark.parametrize("page", ["permissions.md", "privacy.md", "policy.md"])
def test_the_readme_leads_to_it(page: str) -> None:
    assert f"(docs/{page})" in Path(ROOT / "README.md").read_text(encoding="utf-8")
