"""Who the host and the extension are to each other, and where the extension lies.

Chromium derives an extension's id from its public key. `key` in the
manifest pins that key, so that the id is the same for everybody who loads
the folder, and the host can name the one extension that may start it.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

HOST_NAME: Final = "com.veritile.host"
"""What the extension asks the browser to start."""

MANIFEST: Final = f"{HOST_NAME}.json"
"""The file that tells a browser about the host."""

EXTENSION_ID: Final = "kkbojmhmfbfpkcgbbadhkimafhmgfmee"
"""The id of the extension in this repository."""

EXTENSION_IDS: Final[tuple[str, ...]] = (EXTENSION_ID,)
"""Every id that may start the host. A store that assigns its own id adds a line here."""


def extension_id(key: str) -> str:
    """Return the id that Chromium gives to `key` (base64 of the public key's DER).

    The first 16 bytes of the key's SHA-256, with the hexadecimal digits 0-f
    written as a-p. Raises ValueError when `key` is not base64.
    """
    digest = hashlib.sha256(base64.b64decode(key, validate=True)).hexdigest()
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest[:32])


def extension_folder() -> Path | None:
    """Return the folder to load as an unpacked extension; None when it has not been built.

    In a wheel it lies inside the package, in a checkout at `extension/dist`.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "extension", package.parents[1] / "extension" / "dist"):
        if (folder / "manifest.json").is_file():
            return folder
    return None
