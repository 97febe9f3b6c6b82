"""Brings what a fresh clone lacks: a Python environment, Node, the built extension, a Chromium.

Needs nothing but the standard library, so that `python3 scripts/…` is the
first command a newcomer types. Everything made here lies inside the checkout
(`.venv`, `extension/node_modules`, `extension/dist`), is stamped with a hash
of what it was made from, and is left alone while that hash stays the same:
the second run is quick and needs no network. Progress goes to stderr, because
`demo.py --json` owns stdout.

    python = ensure_environment(["demo"])   # .venv with the package and extras
    extension = build_extension()           # extension/dist, ready to load
    chromium = ensure_chromium()            # a browser that accepts --load-extension
    reenter(["demo"])                       # go on inside .venv

`with told():` around these turns a SetupError into its sentence and exit code 1.
"""

from __future__ import annotations

from bootstrap.chromium import ensure_chromium, find_chromium
from bootstrap.environment import ensure_environment, reenter, script, venv_python
from bootstrap.node import EXTENSION, Node, build_extension, ensure_node, ensure_node_modules
from bootstrap.progress import ROOT, SetupError, run, say, told, works

__all__ = [
    "EXTENSION",
    "ROOT",
    "Node",
    "SetupError",
    "build_extension",
    "ensure_chromium",
    "ensure_environment",
    "ensure_node",
    "ensure_node_modules",
    "find_chromium",
    "reenter",
    "run",
    "say",
    "script",
    "told",
    "venv_python",
    "works",
]
