"""Imported first by the laboratory's commands: says what to do where its packages are missing."""

from __future__ import annotations

import sys
from importlib.util import find_spec

if missing := [name for name in ("torch", "onnx", "sklearn") if find_spec(name) is None]:
    sys.exit(
        f"The laboratory needs more than the product does: {', '.join(missing)} cannot be found.\n"
        f"Run {sys.executable} -m pip install -e '.[train]' in Veritile's folder, then this command again."
    )
