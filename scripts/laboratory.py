"""Imported first by the laboratory's commands: they end with what to do where a package is missing."""

from __future__ import annotations

import sys
from types import TracebackType


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(error, ModuleNotFoundError):
        sys.__excepthook__(kind, error, trace)
        return
    sys.exit(
        f"The laboratory needs more than the product does: {error.name} cannot be found.\n"
        f"Run {sys.executable} -m pip install -e '.[demo,mutation,train]' in Veritile's folder,"
        " then this command again."
    )


sys.excepthook = _tell
