"""The key of kept pictures: in the user's key store, or else in a file that the user alone may read."""

from __future__ import annotations

import base64
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from veritile.digest import sha256
from veritile.errors import PictureKeyError
from veritile.store.folder import KEY_NAME, write_private

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "veritile"
ACCOUNT: Final = "kept pictures"
KEY_BYTES: Final = 32
_TRUSTED: Final = "keyring.backends."
"""keyring's own backends; others may write keys into plain files."""


class KeyPlace(StrEnum):
    """Where a key is."""

    KEY_STORE = "key_store"
    KEY_FILE = "key_file"


def key_id(key: bytes) -> str:
    """A short name by which an entry tells which key it needs."""
    return sha256(b"veritile key " + key).hexdigest()[:8]


def known(folder: Path) -> dict[str, bytes]:
    """Return every key that there is, by its id; the key store may ask the user to unlock it.

    Raises PictureKeyError when one is there but cannot be read.
    """
    keys = [_from_store(store) if (store := key_store()) is not None else None, _from_file(folder)]
    return {key_id(key): key for key in keys if key is not None}


def for_writing(folder: Path) -> tuple[bytes, KeyPlace]:
    """Return the key for new pictures and where it is; made when there is none.

    Raises PictureKeyError.
    """
    store = key_store()
    if store is not None:
        key = _from_store(store)
        if key is None:
            _put_into_store(store, os.urandom(KEY_BYTES))
            key = _from_store(store)  # of two hosts at once, the later one's
        if key is not None:
            return key, KeyPlace.KEY_STORE
    key = _from_file(folder)
    if key is None:
        key = _make_file(folder)
    return key, KeyPlace.KEY_FILE


def key_store() -> KeyringBackend | None:
    """The user's key store; None where there is none (on Linux: no Secret Service and no KWallet)."""
    import keyring

    store = keyring.get_keyring()
    safe = type(store).__module__.startswith(_TRUSTED) and store.priority >= 1
    return store if safe else None


def _from_store(store: KeyringBackend) -> bytes | None:
    from keyring.errors import KeyringError

    try:
        text = store.get_password(SERVICE, ACCOUNT)
    except KeyringError as error:
        raise PictureKeyError(
            f"The key store does not give the key of kept pictures ({error}): unlock it, then try again."
        ) from error
    return None if text is None else _checked(text, "the key store")


def _put_into_store(store: KeyringBackend, key: bytes) -> None:
    from keyring.errors import KeyringError

    try:
        store.set_password(SERVICE, ACCOUNT, base64.b64encode(key).decode())
    except KeyringError as error:
        raise PictureKeyError(
            f"The key store does not take the key of kept pictures ({error}): unlock it, then try again."
        ) from error


def _from_file(folder: Path) -> bytes | None:
    path = folder / KEY_NAME
    try:
        return _checked(path.read_text(encoding="ascii"), str(path))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PictureKeyError(f"{path} cannot be read ({error}): see that it is yours to read.") from error


def _make_file(folder: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    try:
        write_private(folder / KEY_NAME, base64.b64encode(key) + b"\n")
    except FileExistsError:  # another host was faster
        return _from_file(folder) or _make_file(folder)
    except OSError as error:
        raise PictureKeyError(
            f"The key of kept pictures cannot be written into {folder} ({error}): make that possible first."
        ) from error
    return key


def _checked(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise PictureKeyError(
            f"{place} holds no key of kept pictures: restore it, or remove it for a new one."
        )
    return key
