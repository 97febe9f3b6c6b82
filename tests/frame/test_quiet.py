"""Standard error is kept quiet, and given back."""

import os
import subprocess
import sys
import threading

import pytest

from veritile.frame.quiet import quiet_stderr


def test_what_libraries_write_is_lost_inside_and_kept_outside(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with quiet_stderr():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_it_is_given_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet_stderr():
        raise KeyError
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_threads_may_overlap(capfd: pytest.CaptureFixture[str]) -> None:
    first_inside, second_inside, first_outside = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with quiet_stderr():
            first_inside.set()
            assert second_inside.wait(10)
        first_outside.set()

    def second() -> None:
        assert first_inside.wait(10)
        with quiet_stderr():
            second_inside.set()
            assert first_outside.wait(10)
            os.write(2, b"inside ")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_without_a_null_device_it_is_loud_and_quiet_again_later(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "devnull", "/nowhere/null")
        with quiet_stderr():
            os.write(2, b"loud ")
    with quiet_stderr():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "loud after"


@pytest.mark.skipif(os.name == "nt", reason="closing descriptors for a child needs a POSIX shell")
def test_a_process_without_standard_error_decodes_all_the_same() -> None:
    program = "from veritile.frame.quiet import quiet_stderr\nwith quiet_stderr(): print('fine')"
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, program],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "fine\n")
