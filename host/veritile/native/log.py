"""The host's own log file: the browser shows a host's standard error to nobody.

It holds events, numbers and versions; never a picture, a name, a session's or
a participant's id.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import platformdirs

LOG_DIR_VARIABLE: Final = "VERITILE_LOG_DIR"
FILE_NAME: Final = "host.log"
FILE_BYTES: Final = 512 * 1024
FILES: Final = 3

logger: Final = logging.getLogger("veritile.host")


def folder() -> Path:
    """Where the log is: $VERITILE_LOG_DIR, or the platform's folder for logs."""
    chosen = os.environ.get(LOG_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_log_path("veritile", appauthor=False)


class _Private(logging.handlers.RotatingFileHandler):
    """Files that nobody but the user may read."""

    def _open(self) -> TextIOWrapper:
        def private(path: str, flags: int) -> int:
            file = os.open(path, flags, 0o600)
            if os.name == "posix":  # it may have been there; Windows keeps a user's folder private by itself
                with suppress(OSError):
                    os.fchmod(file, 0o600)
            return file

        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)  # type: ignore[return-value]


def start() -> None:
    """Log to `folder()/host.log`, at most 3 files of 512 KiB; to standard error when that cannot be written.

    Hosts of several browsers share the file: a line carries its process id,
    and a line lost while another process rotates is accepted.
    """
    handler: logging.Handler
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handler = _Private(folder() / FILE_NAME, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8")
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    # A full disk must not end the host, nor fill the browser's standard error.
    logging.raiseExceptions = False
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
