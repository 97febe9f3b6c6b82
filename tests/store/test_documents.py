"""Sessions read back, and written as JSON, CSV and a page."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.calls import START_MS, Recorder
from veritile.errors import LogUnreadableError, UnknownCallError
from veritile.store.database import readable
from veritile.store.document import Document, as_json
from veritile.store.entries import Kind
from veritile.store.reading import document, listed, named, opened
from veritile.store.report import as_html
from veritile.store.table import as_csv, harmless

NASTY = '=cmd|"/c calc"!A1</td><script>alert(1)</script>\u202e'


def read(recorder: Recorder, session: str = "a", most: int | None = None) -> Document:
    with closing(readable(recorder.path)) as connection:
        return document(connection, session, exported_at=START_MS, most_changes=most)


class TestReading:
    def test_sessions_are_listed_newest_first(self, recorder: Recorder) -> None:
        recorder.call("a", "suspect", "likely_real")
        recorder.call("b", closed=False)
        with closing(readable(recorder.path)) as connection:
            second, first = listed(connection)
        assert (first.session, first.platform, first.opened_at) == ("a", "meet", START_MS)
        assert first.people == {"ada": ("Ada", "likely_real", "suspect")}
        assert (first.closed_at, second.closed_at) == (START_MS + 2000, None)
        assert second.last_at == START_MS + 3000

    def test_session_is_named_by_its_beginning(self, recorder: Recorder) -> None:
        recorder.call("abc1")
        recorder.call("abd2")
        with closing(readable(recorder.path)) as connection:
            assert named(connection, "abc") == "abc1"
            assert named(connection, "last") == "abd2"
            for wrong in ("ab", "x", "", "%"):
                with pytest.raises(UnknownCallError, match="veritile log list"):
                    named(connection, wrong)
            with pytest.raises(UnknownCallError):
                document(connection, "none", exported_at=0)

    def test_document_tells_all_changes_and_what_came_between(self, recorder: Recorder) -> None:
        recorder.call("a", "likely_real", "suspect", closed=False)
        recorder.write(
            recorder.entry(Kind.STANDING, "a", **json.loads(recorder.verdict("a", "suspect").body))
        )
        found = read(recorder)
        (ada,) = found.participants
        assert [change.label for change in ada.changes] == ["likely_real", "suspect"]
        assert [change.at for change in ada.changes] == [START_MS + 1000, START_MS + 2000]
        assert [standing.label for standing in ada.standings] == ["suspect"]
        assert (ada.name, ada.label, ada.score, ada.basis["frames"]) == ("Ada", "suspect", 0.2, 9)
        assert (found.alarm, found.closed_at) == (10.49, None)
        assert found.head == recorder.verify().head
        assert len(read(recorder, most=1).participants[0].changes) == 1

    def test_what_happened_to_the_host_meanwhile_is_told(self, recorder: Recorder) -> None:
        recorder.call("a", closed=False)
        recorder.now_ms += 1
        recorder.write(recorder.entry(Kind.ERROR, code=504), recorder.verdict("a"))
        assert [(event.kind, event.told) for event in read(recorder).events] == [("error", {"code": 504})]

    def test_entries_that_somebody_has_spoilt_do_not_keep_the_rest_from_being_read(
        self, recorder: Recorder
    ) -> None:
        recorder.call("a", "suspect", "likely_real", "suspect")
        recorder.tamper('UPDATE entries SET body = \'{"participant": "ada"\' WHERE seq = 3')
        recorder.tamper("UPDATE entries SET body = replace(body, 'likely_real', 'odd') WHERE seq = 4")
        assert [change.label for change in read(recorder).participants[0].changes] == ["suspect"]

    def test_log_that_is_no_database(self, recorder: Recorder) -> None:
        with opened(recorder.path) as nothing:
            assert nothing is None
        recorder.path.parent.mkdir(parents=True)
        recorder.path.write_bytes(b"this is no database" * 100)
        with pytest.raises(LogUnreadableError, match="damaged"), opened(recorder.path):
            pass


class Page(HTMLParser):
    """Which elements a page has, with what attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


class TestPage:
    def test_needs_nothing_from_elsewhere_and_runs_nothing(self, recorder: Recorder) -> None:
        recorder.call("a", "likely_real", "suspect", name=NASTY)
        text = as_html(read(recorder))
        page = Page(text)
        assert {tag for tag, _ in page.elements} & {"script", "link", "iframe", "img", "object"} == set()
        outward = [
            value for _, attributes in page.elements for name, value in attributes.items()
            if name in ("src", "href") or name.startswith("on")
        ]  # fmt: skip
        assert outward == []
        assert re.search(r"url\(|@import|https?:", text) is None
        assert "default-src 'none'" in text
        assert NASTY in page.text, "as text"
        assert "prefers-color-scheme: dark" in text

    def test_course_is_drawn(self, recorder: Recorder) -> None:
        recorder.call("a", "likely_real", "suspect", "likely_fake")
        page = Page(as_html(read(recorder)))
        bands = [a["class"] for tag, a in page.elements if tag == "rect"]
        assert bands == ["likely-real", "suspect", "likely-fake"]
        (svg,) = (attributes for tag, attributes in page.elements if tag == "svg")
        assert svg["role"] == "img"
        assert "Ada" in str(svg["aria-label"])
        paths = {a["class"]: a["d"] for tag, a in page.elements if tag == "path"}
        assert str(paths["score"]).startswith("M")
        assert "evidence" in paths

    def test_kept_pictures_are_shown_only_where_they_were_opened(self, recorder: Recorder) -> None:
        told = {"participant": "ada", "captured_at": START_MS, "label": "suspect", "key": "k", "sha256": "s"}
        recorder.call("a", closed=False)
        recorder.write(recorder.entry(Kind.PICTURE, "a", **told))
        found = read(recorder)
        (picture,) = found.pictures
        assert "img" not in {tag for tag, _ in Page(as_html(found)).elements}
        shown = Page(as_html(found, {picture.entry: b"\xff\xd8jpeg"})).elements
        assert [a["src"] for tag, a in shown if tag == "img"] == ["data:image/jpeg;base64,/9hqcGVn"]


class TestChallenges:
    def kept(self, recorder: Recorder, name: str = "Ada", **more: Any) -> Document:
        recorder.call("a", "suspect", name=name, closed=False)
        told = {
            "participant": "ada",
            "answer": "looks_wrong",
            "steps": [{"step": "turn_left", "state": "done"}, {"step": "hand", "state": "not_done"}],
            "judgement": {
                "label": "suspect",
                "log_odds": 1.13,
                "shares": [{"source": "answer", "log_odds": 1.4}, {"source": "model", "log_odds": -0.27}],
            },
        }
        recorder.write(recorder.entry(Kind.CHALLENGE, "a", **(told | more)))
        return read(recorder)

    def test_are_rows_of_the_table(self, recorder: Recorder) -> None:
        *_, row = csv.DictReader(io.StringIO(as_csv(self.kept(recorder, NASTY))[1:]))
        assert (row["kind"], row["label"], row["evidence"]) == ("challenge", "suspect", "1.13")
        assert (row["answer"], row["steps"]) == ("looks_wrong", "turn left: done; hand: not done")
        assert row["name"] == "'" + NASTY

    def test_nothing_of_a_log_that_was_tampered_with_becomes_a_formula(self, recorder: Recorder) -> None:
        steps = [{"step": "=1+1", "state": "done"}]
        *_, row = csv.DictReader(io.StringIO(as_csv(self.kept(recorder, answer=NASTY, steps=steps))[1:]))
        assert (row["answer"], row["steps"]) == ("'" + NASTY, "'=1+1: done")

    def test_are_told_in_words_on_the_page(self, recorder: Recorder) -> None:
        page = Page(as_html(self.kept(recorder, NASTY)))
        assert "Guided challenges" in page.text
        assert "turn left: done; hand: not done" in page.text
        assert "answer +1.40; model -0.27" in page.text
        assert "script" not in {tag for tag, _ in page.elements}

    def test_one_that_makes_no_sense_is_left_out_and_the_rest_is_told(self, recorder: Recorder) -> None:
        found = self.kept(recorder, judgement={"label": "purple"})
        assert "Guided challenges" not in Page(as_html(found)).text
        assert "challenge" not in as_csv(found)
        assert "purple" in as_json(found)


class TestTable:
    def test_row_for_everything_that_was_shown(self, recorder: Recorder) -> None:
        recorder.call("a", "likely_real", "suspect", name=NASTY)
        text = as_csv(read(recorder))
        assert text.startswith("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text[1:])))
        assert [(row["kind"], row["label"], row["score"]) for row in rows] == [
            ("change", "likely_real", "0.2"),
            ("change", "suspect", "0.2"),
        ]
        assert rows[0]["time"] == "2026-01-01T00:00:01.000+00:00"
        assert {row["name"] for row in rows} == {"'" + NASTY}

    @given(st.text())
    def test_no_text_is_taken_for_a_formula(self, text: str) -> None:
        cell = harmless(text)
        assert cell in (text, f"'{text}")
        assert cell.strip(" ")[:1] not in tuple("=+-@\t\r\n")

    def test_numbers_stay_numbers(self) -> None:
        assert harmless(-1.5) == -1.5


def test_json_is_the_document(recorder: Recorder) -> None:
    recorder.call("a")
    told: dict[str, Any] = json.loads(as_json(read(recorder)))
    assert set(told) == {
        "veritile", "model", "session", "platform", "opened_at", "closed_at", "exported_at", "alarm", "head",
        "participants", "pictures", "events",
    }  # fmt: skip
