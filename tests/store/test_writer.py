"""Writing, and what becomes of it when the file cannot be written."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.calls import Recorder
from veritile.store import database, writer
from veritile.store.chain import entries_of
from veritile.store.database import readable
from veritile.store.entries import Kind
from veritile.store.state import LogState

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_S", (0.02,))
    monkeypatch.setattr(writer, "LINGER_S", 0.0)
    monkeypatch.setattr(database, "BUSY_S", 0.02)


def gaps(path: Path) -> list[dict[str, object]]:
    with closing(readable(path)) as connection:
        return [told for _, _, kind, told in entries_of(connection, "") if kind == Kind.GAP]


def test_what_is_committed_is_in_the_file_at_once(recorder: Recorder) -> None:
    assert recorder.writer.commit([recorder.verdict("a")])
    assert recorder.kinds() == ["verdict"]


def test_nothing_is_opened_before_there_is_something_to_write(recorder: Recorder) -> None:
    recorder.writer.stop(1)
    assert not recorder.path.parent.exists()


def test_what_waits_is_written_at_the_end(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LINGER_S", 3600.0)
    recorder.writer.put([recorder.verdict("a")])
    recorder.writer.stop(10)
    assert recorder.kinds() == ["verdict"]


@posix
def test_files_are_the_users_alone(recorder: Recorder) -> None:
    recorder.path.parent.mkdir(parents=True, mode=0o755)
    recorder.path.touch(mode=0o644)
    recorder.write(recorder.verdict("a"))
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in recorder.path.parent.iterdir()}
    assert files == dict.fromkeys(("calls.db", "calls.db-wal", "calls.db-shm"), 0o600)
    assert stat.S_IMODE(recorder.path.parent.stat().st_mode) == 0o700


class TestTrouble:
    def test_folder_that_cannot_be_made(self, recorder: Recorder) -> None:
        barrier = recorder.path.parent.parent
        barrier.touch()
        assert not recorder.writer.commit([recorder.verdict("a")])
        recorder.wait_for(LogState.UNWRITABLE)
        assert str(recorder.path) in recorder.writer.text
        recorder.now_ms += 5000
        barrier.unlink()
        recorder.wait_for(LogState.ON)
        assert recorder.kinds() == ["gap", "verdict"]
        (gap,) = gaps(recorder.path)
        assert (gap["why"], gap["lost"], gap["late"]) == ("unwritable", 0, 1)
        assert recorder.states == ["unwritable", "on"]
        assert recorder.verify().intact

    def test_database_that_another_program_holds(self, recorder: Recorder) -> None:
        recorder.write(recorder.verdict("a"))
        with closing(sqlite3.connect(recorder.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not recorder.writer.commit([recorder.verdict("a")])
            recorder.wait_for(LogState.LOCKED)
            assert not recorder.writer.commit([recorder.verdict("a")])
            other.execute("ROLLBACK")
            recorder.wait_for(LogState.ON)
        assert recorder.kinds() == ["verdict", "gap", "verdict", "verdict"]

    def test_limit_of_the_files_size(self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
        recorder.call("a")
        recorder.writer.stop(10)
        monkeypatch.setattr(database, "MOST_BYTES", recorder.path.stat().st_size)
        second = Recorder(recorder.path)
        large = second.verdict("a", note="x" * 100_000)
        assert not second.writer.commit([large])
        second.wait_for(LogState.FULL)
        assert "veritile log prune" in second.writer.text
        monkeypatch.undo()
        second.wait_for(LogState.ON)
        assert second.kinds()[-2:] == ["gap", "verdict"]
        second.writer.stop(10)

    @pytest.mark.parametrize("damage", [b"this is no database, whatever its name", b""])
    def test_damaged_file_is_put_aside_and_another_begun(self, recorder: Recorder, damage: bytes) -> None:
        recorder.call("a")
        recorder.writer.stop(10)
        data = bytearray(recorder.path.read_bytes())
        data[: len(damage) or 1] = damage or b"?"
        recorder.path.write_bytes(data)
        second = Recorder(recorder.path)
        second.write(second.verdict("b"))
        (gap,) = gaps(recorder.path)
        assert gap["why"] == "damaged"
        aside = recorder.path.with_name(str(gap["set_aside"]))
        assert aside.read_bytes() == data
        assert second.kinds() == ["gap", "verdict"]
        second.writer.stop(10)

    def test_table_that_is_gone(self, recorder: Recorder) -> None:
        recorder.call("a")
        recorder.tamper("DROP TABLE entries")
        recorder.write(recorder.verdict("b"))
        assert recorder.kinds() == ["gap", "verdict"]

    def test_file_that_is_removed_during_a_call(self, recorder: Recorder) -> None:
        recorder.call("a", closed=False)
        recorder.path.unlink()
        recorder.write(recorder.verdict("a"))
        assert recorder.kinds() == ["gap", "verdict"]
        assert gaps(recorder.path)[0]["why"] == "removed"

    def test_log_of_a_newer_veritile_is_left_alone(self, recorder: Recorder) -> None:
        recorder.call("a")
        recorder.writer.stop(10)
        recorder.tamper("UPDATE migration_version SET version = '20990101000000'")
        before = recorder.path.read_bytes()
        second = Recorder(recorder.path)
        assert not second.writer.commit([second.verdict("b")])
        second.wait_for(LogState.NEWER)
        assert "update" in second.writer.text
        second.writer.stop(10)
        assert recorder.path.read_bytes() == before

    def test_memory_is_bounded_and_what_is_lost_is_counted(
        self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer, "MOST_WAITING", 10)
        barrier = recorder.path.parent.parent
        barrier.touch()
        for _ in range(25):
            recorder.writer.put([recorder.verdict("a")], urgent=True)
        recorder.wait_for(LogState.UNWRITABLE)
        barrier.unlink()
        recorder.wait_for(LogState.ON)
        (gap,) = gaps(recorder.path)
        assert gap["lost"] == 15
        assert recorder.kinds() == ["gap", *["verdict"] * 10]


def test_job_is_done_behind_what_was_put_before(recorder: Recorder) -> None:
    found: list[int] = []
    recorder.writer.put([recorder.verdict("a")])
    recorder.writer.do(lambda database: found.append(count(database)))
    recorder.writer.stop(10)
    assert found == [1]


def count(opened: database.Database) -> int:
    with opened.transaction() as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def test_several_hosts_at_once_write_one_chain(recorder: Recorder) -> None:
    program = (
        "import sys; from pathlib import Path; from store.calls import Recorder\n"
        "recorder = Recorder(Path(sys.argv[1])); sys.stdin.read(1)\n"
        "for n in range(40): recorder.writer.put([recorder.verdict(sys.argv[2])], urgent=True)\n"
        "recorder.writer.stop(60); print(recorder.states)"
    )
    tests = str(Path(__file__).parents[1])
    hosts = [
        subprocess.Popen(
            [sys.executable, "-c", program, recorder.path, f"session-{n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tests,
        )
        for n in range(4)
    ]
    said = [host.communicate("x", timeout=60)[0] for host in hosts]
    found = recorder.verify()
    assert (found.intact, found.entries) == (True, 160), (found, said)
    with closing(readable(recorder.path)) as connection:
        sessions = connection.execute("SELECT session, count(*) FROM entries GROUP BY session").fetchall()
    assert sessions == [(f"session-{n}", 40) for n in range(4)]


def test_body_is_canonical_json(recorder: Recorder) -> None:
    recorder.write(recorder.entry(Kind.ERROR, z=1, a="Ü", none=None, half="\ud800"))
    with closing(readable(recorder.path)) as connection:
        (body,) = connection.execute("SELECT body FROM entries").fetchone()
    assert body == '{"a":"Ü","half":"?","z":1}'
    assert json.loads(body)["a"] == "Ü"
