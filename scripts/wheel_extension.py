"""Puts what lies outside the package into the wheel: the models, and the extension once it is built.

Hatchling runs this while it builds. An editable install needs neither: there
the package finds both in the checkout, and a copy would only grow stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]
    """Adds `models/` as `veritile/models` and `extension/dist/` as `veritile/extension`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend the wheel's file map; `version` is "standard" or "editable"."""
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(root / "models")] = "veritile/models"
        shared = root / "extension" / "src" / "shared"
        for page in ("tokens.css", "base.css"):  # the dashboard has the extension's look
            build_data["force_include"][str(shared / page)] = f"veritile/api/shared/{page}"
        built = root / "extension" / "dist"
        if (built / "manifest.json").is_file():
            build_data["force_include"][str(built)] = "veritile/extension"
        else:
            self.app.display_warning("extension/dist is not built: this wheel carries no extension")
