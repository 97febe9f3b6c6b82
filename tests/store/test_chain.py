"""What `verify` finds, and what it takes for whole."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.calls import DAY_MS, Recorder
from veritile.store.database import Database
from veritile.store.entries import GENESIS, Kind, digest
from veritile.store.retention import prune

COLUMNS = ("at", "kind", "host", "session", "body", "previous", "hash")


def test_hash_is_over_the_array_of_columns_behind_the_previous_hash() -> None:
    told = digest(GENESIS, 1, 5, "verdict", "h", "s", '{"name":"Ádá"}')
    line = '[1,5,"verdict","h","s","{\\"name\\":\\"Ádá\\"}"]'
    assert told == hashlib.sha256(bytes(32) + line.encode()).digest()


def test_log_as_written_is_intact(recorder: Recorder) -> None:
    recorder.call("a", "likely_real", "suspect")
    found = recorder.verify()
    assert (found.intact, found.entries, found.removed) == (True, 5, 0)
    assert found.head.startswith("5:")


@pytest.mark.parametrize(
    ("statement", "entry", "words"),
    [
        ("UPDATE entries SET body = replace(body, 'suspect', 'likely_real') WHERE seq = 4", 4, "changed"),
        ("UPDATE entries SET at = at + 1 WHERE seq = 2", 2, "changed"),
        ("UPDATE entries SET at = CAST(at AS TEXT) || 'x' WHERE seq = 2", 2, "changed"),
        ("UPDATE entries SET hash = zeroblob(32) WHERE seq = 3", 3, "changed"),
        ("UPDATE entries SET body = CAST(x'ff' AS TEXT) WHERE seq = 3", 3, "changed"),
        ("UPDATE entries SET previous = 'text' WHERE seq = 3", 3, "does not follow"),
        ("DELETE FROM entries WHERE seq = 3", 3, "Entry 3 was deleted"),
        ("DELETE FROM entries WHERE seq IN (2, 3)", 2, "Entries 2 to 3 were deleted"),
        ("DELETE FROM entries WHERE seq = 1", 1, "deleted"),
        ("DELETE FROM entries WHERE seq >= 4", 4, "Entries 4 to 5 were deleted"),
        ("DELETE FROM entries", 1, "Entries 1 to 5 were deleted"),
        ("INSERT INTO entries SELECT 6, at, kind, host, session, body, previous, hash FROM entries LIMIT 1",
         6, "put in"),
        ("INSERT INTO entries SELECT 0, at, kind, host, session, body, previous, hash FROM entries LIMIT 1",
         0, "put in"),
        ("UPDATE head SET hash = zeroblob(32)", 5, "sealed"),
        ("DELETE FROM head", 5, "seal was removed"),
        ("UPDATE head SET seq = 'none'", 5, "seal was removed"),
    ],
)  # fmt: skip
def test_what_somebody_has_changed_is_named(
    recorder: Recorder, statement: str, entry: int, words: str
) -> None:
    recorder.call("a", "likely_real", "suspect")
    recorder.tamper(statement)
    problems = recorder.verify().problems
    assert problems[0].entry == entry, problems
    assert any(words in problem.text for problem in problems if problem.entry == entry), problems


def test_entry_that_is_rewritten_with_its_hash_breaks_the_next(recorder: Recorder) -> None:
    recorder.call("a", "likely_real", "suspect")
    with closing(sqlite3.connect(recorder.path)) as connection:
        row = list(connection.execute("SELECT * FROM entries WHERE seq = 3").fetchone())
        row[5] = row[5].replace("likely_real", "likely_fake")
        row[7] = digest(row[6], *row[:6])
        connection.execute("UPDATE entries SET body = ?, hash = ? WHERE seq = 3", (row[5], row[7]))
        connection.commit()
    (problem,) = recorder.verify().problems
    assert problem.text == "Entry 4 does not follow from entry 3: one was rewritten."


def test_head_that_was_noted_down_shows_a_log_that_was_rewritten_as_a_whole(
    recorder: Recorder, tmp_path: Path
) -> None:
    """Which the chain alone cannot: whoever rewrites all of it makes a chain that holds."""
    recorder.call("a", "suspect")
    noted = recorder.verify().head
    recorder.call("b")
    assert recorder.verify(noted).intact
    assert recorder.verify(noted.partition(":")[2].upper()).intact
    other = Recorder(tmp_path / "other" / "calls.db")
    other.call("a", "likely_real")
    other.writer.stop(10)
    assert other.verify().intact
    (problem,) = other.verify(noted).problems
    assert "not in this log" in problem.text


class TestRemoving:
    def test_old_calls_go_and_the_rest_still_verifies(self, recorder: Recorder) -> None:
        recorder.call("old", name="Ada Lovelace")
        noted = recorder.verify().head
        recorder.now_ms += 40 * DAY_MS
        recorder.call("new")
        assert self.prune(recorder, recorder.now_ms - 30 * DAY_MS) == 4
        found = recorder.verify()
        assert (found.intact, found.entries, found.removed) == (True, 5, 4)
        assert recorder.verify(noted).intact, "the bridge over what is gone ends at that hash"
        assert "cannot be compared" in recorder.verify("2:" + "0" * 64).problems[0].text
        recorder.writer.stop(10)
        assert b"Lovelace" not in recorder.path.read_bytes()

    def test_room_is_given_back_to_the_disk(self, recorder: Recorder) -> None:
        recorder.call("old", *["likely_real", "suspect"] * 500)
        recorder.now_ms += 40 * DAY_MS
        recorder.call("new")
        recorder.writer.stop(10)
        full = recorder.path.stat().st_size
        self.prune(recorder, recorder.now_ms - 30 * DAY_MS)
        assert recorder.path.stat().st_size < full / 4

    def test_everything_may_go(self, recorder: Recorder) -> None:
        recorder.call("a")
        recorder.now_ms += DAY_MS
        assert self.prune(recorder, recorder.now_ms) == 4
        assert recorder.kinds() == ["pruned"]
        assert recorder.verify().intact
        recorder.call("b")
        assert recorder.verify().intact

    def test_one_call_goes_alone(self, recorder: Recorder) -> None:
        for session in "abc":
            recorder.call(session)
        recorder.now_ms += 1
        assert self.prune(recorder, recorder.now_ms, session="b") == 4
        assert recorder.verify().intact
        assert recorder.verify().removed == 4

    def test_call_that_goes_on_stays(self, recorder: Recorder) -> None:
        recorder.call("a", closed=False)
        recorder.now_ms += 1000
        assert self.prune(recorder, recorder.now_ms) == 0
        recorder.now_ms += DAY_MS
        assert self.prune(recorder, recorder.now_ms) == 3, "its host was killed"

    def test_removing_hides_no_tampering(self, recorder: Recorder) -> None:
        for session in "abc":
            recorder.call(session)
        recorder.tamper("DELETE FROM entries WHERE seq = 6")
        recorder.now_ms += 1
        self.prune(recorder, recorder.now_ms, session="a")
        assert "Entry 6 was deleted" in recorder.verify().problems[0].text
        self.prune(recorder, recorder.now_ms, session="b")
        assert not recorder.verify().intact

    def test_entry_put_where_others_were_removed(self, recorder: Recorder) -> None:
        recorder.call("a")
        recorder.call("b")
        recorder.now_ms += 1
        self.prune(recorder, recorder.now_ms, session="a")
        recorder.tamper(
            "INSERT INTO entries SELECT 2, at, kind, host, session, body, previous, hash FROM entries LIMIT 1"
        )
        assert [problem.text for problem in recorder.verify().problems] == ["Entry 2 was put in."]

    @staticmethod
    def prune(recorder: Recorder, before: int, session: str | None = None) -> int:
        database = Database(recorder.path)
        try:
            return prune(database, host="host-2", now=recorder.now_ms, before=before, session=session)
        finally:
            database.close()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_single_change_goes_unnoticed(data: st.DataObject) -> None:
    """Any column of any entry set to anything else, or any entry taken away."""
    with TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "log" / "calls.db")
        recorder.call("a", "likely_real", "suspect", "likely_fake")
        recorder.writer.stop(10)
        seq = data.draw(st.integers(1, 6))
        column = data.draw(st.sampled_from(COLUMNS))
        value = data.draw(st.none() | st.integers(-(2**63), 2**63 - 1) | st.binary() | st.text(
            st.characters(exclude_categories=["Cs"])))  # fmt: skip
        if value is None:
            recorder.tamper("DELETE FROM entries WHERE seq = ?", values=(seq,))
        else:
            with closing(sqlite3.connect(recorder.path)) as connection:
                read = f"SELECT {column} FROM entries WHERE seq = {seq}"
                before = connection.execute(read).fetchone()
                connection.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq))
                connection.commit()
                if connection.execute(read).fetchone() == before:
                    return
        assert not recorder.verify().intact


def test_kinds_of_entries_are_stable() -> None:
    """They stand in logs that are there already."""
    assert list(Kind) == [
        "host_started", "model", "configured", "session_opened", "participant", "verdict", "standing",
        "picture", "challenge", "session_closed", "pictures_dropped", "error", "gap", "pruned",
        "host_stopped",
    ]  # fmt: skip
