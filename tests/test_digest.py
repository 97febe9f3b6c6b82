"""Python's own SHA-256 is OpenSSL's, and keeps OpenSSL out of the host's processes."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.digest import sha256


@given(st.binary(max_size=5000))
def test_it_is_sha_256(data: bytes) -> None:
    assert sha256(data).digest() == hashlib.sha256(data).digest()
    assert sha256(data).hexdigest() == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "what",
    [
        "veritile.native.host, veritile.store.database, veritile.store.writer",
        "veritile.native.inference.serve, veritile.frame.pipeline",
    ],
)
def test_a_process_of_a_call_does_without_what_costs_memory(what: str) -> None:
    program = f"import sys, {what}; print(*(sys.modules.keys() & {{'_hashlib', 'email', 'caribou'}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
