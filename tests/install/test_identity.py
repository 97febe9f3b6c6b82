"""The id that the host trusts is the one that browsers give to the extension."""

import json

import pytest

from bootstrap import EXTENSION, ROOT
from veritile.install import identity


def test_manifests_key_gives_the_id_that_the_host_trusts() -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))
    assert identity.extension_id(manifest["key"]) == identity.EXTENSION_ID
    assert identity.EXTENSION_ID in identity.EXTENSION_IDS


def test_id_is_the_start_of_the_keys_hash_in_letters_a_to_p() -> None:
    # SHA-256 of nothing starts with e3b0c442 98fc1c14 9afbf4c8 996fb924.
    assert identity.extension_id("") == "odlameecjipmbmbejkplpemijjgpljce"


def test_a_key_that_is_not_base64_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - binascii's own error is one
        identity.extension_id("not base64!")


def test_extension_folder_is_one_that_a_browser_can_load() -> None:
    folder = identity.extension_folder()
    built = (ROOT / "extension" / "dist" / "manifest.json").is_file()
    assert (folder is not None) == built
    assert folder is None or (folder / "manifest.json").is_file()
