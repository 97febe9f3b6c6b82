from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from veritile.native import log


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    raising = logging.raiseExceptions
    yield
    for handler in log.logger.handlers:
        handler.close()
    log.logger.handlers = []
    logging.raiseExceptions = raising


def test_log_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(log.LOG_DIR_VARIABLE, str(tmp_path / "new" / "folder"))
    log.start()
    for _ in range(4 * log.FILE_BYTES // 1000):
        log.logger.info("x" * 1000)
    files = list(log.folder().iterdir())
    assert len(files) == log.FILES
    assert all(file.stat().st_size <= log.FILE_BYTES for file in files)


def test_folder_that_cannot_be_written_leaves_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(log.LOG_DIR_VARIABLE, str(tmp_path / "file" / "folder"))
    log.start()
    log.logger.info("still here")
    assert "still here" in capsys.readouterr().err


def test_folder_is_the_platforms_when_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(log.LOG_DIR_VARIABLE, raising=False)
    assert log.folder().is_absolute()
    assert "veritile" in log.folder().parts


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_nobody_else_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(log.LOG_DIR_VARIABLE, str(tmp_path))
    before = os.umask(0o022)
    (tmp_path / log.FILE_NAME).touch()  # somebody has copied it, say
    try:
        log.start()
        for _ in range(2 * log.FILE_BYTES // 1000):
            log.logger.info("x" * 1000)
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in log.folder().iterdir()} == {0o600}
