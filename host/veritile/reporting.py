"""How the command line tells of errors: a sentence on standard error and an exit code, never a traceback."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from veritile.errors import ModelError, VeritileError
from veritile.extras import how_to_install

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count: 128 + the signal's number."""


@contextmanager
def reported() -> Iterator[None]:
    """Turn an error that Veritile raises on purpose into its sentence and exit code 1."""
    try:
        yield
    except VeritileError as error:
        click.echo(f"Error {error.code}: {error}".encode(errors="backslashreplace"), err=True)
        sys.exit(1)


def require_training_extra(*modules: str) -> None:
    """Raise ModelError unless the modules are installed that the extra `train` brings."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise ModelError(f"This needs {', '.join(missing)}: run {how_to_install('train')}")
