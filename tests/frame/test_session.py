"""Sessions hold one copy of a network, not two, and what loading has used goes back to the system."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tiny_model import SIZE, write_tiny_model
from veritile.errors import InferenceError
from veritile.frame.session import open_session


def test_the_files_bytes_are_let_go(tmp_path: Path) -> None:
    data = write_tiny_model(tmp_path).read_bytes()
    before = sys.getrefcount(data)
    session = open_session(data, "tiny.onnx")
    assert sys.getrefcount(data) == before
    pixels = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    assert session.run(None, {session.get_inputs()[0].name: pixels})[0].shape == (1, 1)


def test_what_cannot_be_opened_is_called_by_its_name() -> None:
    with pytest.raises(InferenceError, match=r"cannot load odd\.onnx .*reinstall") as raised:
        open_session(b"not even ONNX", "odd.onnx")
    assert "ONNXRuntimeError" not in str(raised.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' C libraries keep less")
def test_freed_memory_goes_back_to_the_system() -> None:
    """Blocks too small to be mapped on their own stay with the process while a later one is in use."""
    program = (
        "import psutil\n"
        "from veritile.frame.memory import give_back\n"
        "rss = psutil.Process().memory_info\n"
        "blocks = [b'x' * 60_000 for _ in range(500)]\n"
        "last = blocks.pop(); blocks.clear(); held = rss().rss\n"
        "give_back(); print(held - rss().rss)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20_000_000
