"""The token of this installation: made once, in a file that its user alone may read."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from veritile.errors import ServerError
from veritile.store import folder

FILE_NAME: Final = "server.token"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,128}")


def token_file() -> Path:
    """Where the token is; raises ServerError for a user without a home folder."""
    try:
        return folder.folder().parent / "server" / FILE_NAME
    except RuntimeError as error:
        raise ServerError(
            f"Nobody knows where the token is: set HOME or {folder.DATA_DIR_VARIABLE}."
        ) from error


def read_token() -> str:
    """Return the token, which is made where there is none; raises ServerError."""
    path = token_file()
    try:
        with suppress(FileExistsError):
            if not path.exists():
                folder.write_private(path, secrets.token_urlsafe(32).encode())
        token = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise ServerError(
            f"The token {path} cannot be read ({error}): delete it, a new one is made."
        ) from error
    if not _TOKEN.fullmatch(token):
        raise ServerError(f"{path} holds no token: delete it, a new one is made.")
    return token
