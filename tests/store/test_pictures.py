"""Pictures kept as evidence: encrypted, bounded, and opened again only as what they are."""

from __future__ import annotations

import hashlib
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from store.calls import Recorder
from veritile.errors import PictureKeyError
from veritile.store import database, keys
from veritile.store.entries import Entry, Kind, canonical
from veritile.store.keys import KeyPlace
from veritile.store.state import VaultState
from veritile.store.vault import Vault, about, unseal

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def no_key_store() -> Iterator[None]:
    """A machine without one, as most servers are; tests that want one set their own."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


class Store(KeyringBackend):
    """A key store of the user's own, as far as `keyring` can tell."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


Store.__module__ = "keyring.backends.of_a_test"


def opened(folder: Path) -> Vault:
    done = threading.Event()
    vault = Vault(folder, done.set)
    vault.open()
    assert done.wait(10)
    return vault


class TestKey:
    @pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
    def test_without_a_key_store_it_is_in_a_file_of_the_users_alone(self, tmp_path: Path) -> None:
        vault = opened(tmp_path / "log")
        assert vault.state is VaultState.KEY_FILE
        file = tmp_path / "log" / "pictures.key"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert keys.for_writing(tmp_path / "log") == keys.for_writing(tmp_path / "log")

    def test_in_the_key_store_where_there_is_one(self, tmp_path: Path) -> None:
        keyring.set_keyring(Store())
        vault = opened(tmp_path / "log")
        assert vault.state is VaultState.KEY_STORE
        assert not (tmp_path / "log").exists()
        assert keys.for_writing(tmp_path)[1] is KeyPlace.KEY_STORE
        assert len(keys.known(tmp_path)) == 1

    def test_backends_that_may_write_plain_files_are_no_key_store(self) -> None:
        class Plain(Store):
            pass

        Plain.__module__ = "keyrings.alt.file"
        keyring.set_keyring(Plain())
        assert keys.key_store() is None

    def test_both_keys_are_known_for_reading(self, tmp_path: Path) -> None:
        keys.for_writing(tmp_path)
        keyring.set_keyring(Store())
        keys.for_writing(tmp_path)
        assert len(keys.known(tmp_path)) == 2

    def test_spoilt_file_is_told_and_not_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "pictures.key").write_text("spoilt")
        vault = opened(tmp_path)
        assert vault.state is VaultState.FAILED
        assert "pictures.key" in vault.text
        assert not vault.is_open
        assert (tmp_path / "pictures.key").read_text() == "spoilt"

    def test_closed_vault_seals_nothing(self, tmp_path: Path) -> None:
        vault = opened(tmp_path)
        vault.close()
        assert vault.state is VaultState.OFF
        with pytest.raises(PictureKeyError):
            vault.seal(b"picture", "x")


@given(picture=st.binary(max_size=200), what=st.text(max_size=20), flip=st.integers(0, 10_000))
def test_what_was_sealed_opens_only_unchanged_and_as_what_it_is(picture: bytes, what: str, flip: int) -> None:
    vault = Vault(Path())
    vault._key = KEY
    what = what.encode("utf-8", "replace").decode()
    sealed, _ = vault.seal(picture, what)
    assert unseal(sealed, what, KEY) == picture
    changed = bytearray(sealed)
    changed[flip % len(sealed)] ^= 1 + flip % 255
    for wrong in ((bytes(changed), what, KEY), (sealed, what + "x", KEY), (sealed, what, bytes(32))):
        with pytest.raises(PictureKeyError):
            unseal(*wrong)


def test_picture_is_of_one_person_at_one_time() -> None:
    assert len({about("s", "ada", 1), about("s", "bob", 1), about("s", "ada", 2), about("t", "ada", 1)}) == 4


class TestKeeping:
    def test_oldest_give_way_and_the_log_says_so(
        self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "MOST_PICTURES", 2)
        for n in range(4):
            self.keep(recorder, bytes([n]) * 50)
        assert recorder.kinds() == [
            "picture",
            "picture",
            "picture",
            "pictures_dropped",
            "picture",
            "pictures_dropped",
        ]
        assert recorder.verify().intact
        monkeypatch.setattr(database, "MOST_PICTURE_BYTES", 60)
        self.keep(recorder, b"x" * 50)
        assert recorder.verify().intact
        recorder.tamper("UPDATE pictures SET sealed = x'00'")
        assert "changed or put in" in recorder.verify().problems[0].text
        recorder.tamper("DELETE FROM pictures")
        assert "picture kept with entry 7 was deleted" in recorder.verify().problems[0].text

    @staticmethod
    def keep(recorder: Recorder, sealed: bytes) -> None:
        body = canonical({"participant": "ada", "sha256": hashlib.sha256(sealed).hexdigest()})
        recorder.write(Entry(recorder.now_ms, Kind.PICTURE, "host-1", "a", body, sealed))


def test_no_key_is_like_another(tmp_path: Path) -> None:
    first, second = (keys.for_writing(tmp_path / name)[0] for name in "ab")
    assert first != second
