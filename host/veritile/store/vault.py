"""Encrypts pictures that are kept as evidence, with AES-256-GCM, and opens them again.

The sealed form is a random nonce of 12 bytes and then the ciphertext with its
tag; whose picture it is and when it was taken are authenticated with it, so
that one picture cannot be passed off as another.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from veritile.errors import PictureKeyError, VeritileError
from veritile.store.state import VaultState

MOST_PICTURE_BYTES: Final = 256 << 10
"""Of one picture; larger ones are not kept."""
_NONCE_BYTES: Final = 12


class Vault:
    """Seals pictures once the key is there; the key store may keep the user waiting for that."""

    def __init__(self, folder: Path, changed: Callable[[], None] = lambda: None) -> None:
        """Use the key of this folder's log; `changed` is called from any thread when `state` has changed."""
        self._folder = folder
        self._on_change = changed
        self._key: bytes | None = None
        self.state = VaultState.OFF
        self.text = ""
        """What the user can do when it has failed."""

    @property
    def is_open(self) -> bool:
        """Whether `seal` may be called."""
        return self._key is not None

    def open(self) -> None:
        """Fetch the key, in a thread of its own; `state` tells how that went."""
        if self.state in (VaultState.STARTING, VaultState.KEY_STORE, VaultState.KEY_FILE):
            return
        self.state, self.text = VaultState.STARTING, ""
        threading.Thread(target=self._fetch, name="veritile-key", daemon=True).start()

    def close(self) -> None:
        """Forget the key."""
        self._key, self.state, self.text = None, VaultState.OFF, ""

    def seal(self, picture: bytes, about: str) -> tuple[bytes, str]:
        """Return the sealed picture and the id of its key.

        Args:
            picture: JPEG or WebP.
            about: what the picture is of; `unseal` must be given the same.

        Raises:
            PictureKeyError: the vault is not open.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        from veritile.store.keys import key_id

        if self._key is None:
            raise PictureKeyError("There is no key for pictures: switch the keeping of pictures on.")
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, picture, about.encode()), key_id(self._key)

    def _fetch(self) -> None:
        from veritile.store import keys

        try:
            key, place = keys.for_writing(self._folder)
        except Exception as error:  # a key store's own failures are of many kinds
            told = str(error) if isinstance(error, VeritileError) else f"The key store failed ({error!r})."
            if self.state is VaultState.STARTING:
                self.state, self.text = VaultState.FAILED, told
        else:
            if self.state is VaultState.STARTING:  # it may have been closed meanwhile
                self._key, self.state = key, VaultState(place.value)
        self._on_change()


def unseal(sealed: bytes, about: str, key: bytes) -> bytes:
    """Return a sealed picture; raises PictureKeyError when picture, key or `about` is another."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise PictureKeyError(
            "A kept picture cannot be opened: it was changed (`veritile log verify` tells), or its key was."
        ) from error


def about(session: str, participant: str, captured_at: float) -> str:
    """What a picture is of, as it is authenticated."""
    return f"{session}\n{participant}\n{float(captured_at)!r}"
