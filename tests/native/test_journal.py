"""What a call leaves in the session log, and that it is there before anybody is told."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import keyring
import pytest
from msgspec import UNSET

import pictures
from native.logged import Logged, replace_id
from native.recording import GatedAnalyzer, opened
from native.talk import HELLO, OPEN, as_a, frames, picture_of
from veritile.native import journal
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Export,
    Exported,
    ExportFormat,
    Health,
    ListSessions,
    Open,
    SessionList,
    Verdicts,
)
from veritile.store import keys
from veritile.store.chain import verify
from veritile.store.database import readable
from veritile.store.reading import document
from veritile.store.state import VaultState
from veritile.store.vault import about, unseal
from veritile.vocabulary import Label

FACE = pictures.jpeg(pictures.person())
ALARMING = 2.75
"""Log-odds of a look that speaks for fake as clearly as one can."""


@pytest.fixture
def talk() -> Iterator[Logged]:
    talk = Logged(GatedAnalyzer(is_open=True))
    opened(talk)
    talk.journal.flush(10)  # the log is open: a busy machine may take its time
    yield talk
    talk.end()


@pytest.fixture
def alarming() -> Iterator[Logged]:
    """Everybody comes to look fake."""
    keyring.set_keyring(keyring.backends.fail.Keyring())
    talk = Logged(GatedAnalyzer(is_open=True, log_odds=ALARMING))
    talk.ask(HELLO)
    yield talk
    talk.end()


def test_verdict_that_has_changed_is_in_the_log_before_it_is_sent(talk: Logged) -> None:
    for _ in range(30):
        shown = talk.show("ada").items[0].label
        assert talk.seen[-1][-1] == ("ada", shown)
    assert shown is Label.LIKELY_REAL
    assert len(talk.seen[-1]) < 30, "the others were no changes"


def test_log_tells_the_whole_call(talk: Logged) -> None:
    talk.show("ada", name="Ada")
    talk.show("ada", name="Ada L.", picture=b"0")
    talk.show("ada", "bob", picture=b"0")
    talk.ask(Configure(id=5, alarms_per_hour=0.5))
    talk.ask(Close(id=6, session="other"))  # an error
    talk.ask(Close(id=7, session="call"))
    talk.end()
    kinds = [kind for kind, _ in talk.entries()]
    assert sorted(kinds) == sorted(
        ["host_started", "session_opened", "model", "participant", "verdict", "participant", "verdict",
         "participant", "verdict", "configured", "error", "session_closed", "host_stopped"]
    )  # fmt: skip
    assert kinds[0] == "host_started"
    assert kinds[-1] == "host_stopped"
    told = dict(reversed(talk.entries()))
    assert told["model"]["name"] == "gated"
    assert told["session_opened"]["client"] == "call"
    assert told["configured"] == {"alarms_per_hour": 0.5}
    assert told["error"] == {"code": 301}
    assert told["host_started"]["model"]["name"] == "tiny"
    assert [t.get("name") for _, t in talk.entries("participant")] == ["Ada", None, "Ada L."]
    verdict = talk.entries("verdict")[0][1]
    assert {"captured_at", "label", "confidence", "evidence", "alarm", "quality", "basis"} <= verdict.keys()
    assert {"faces", "box", "timing", "next_sample_ms"} & verdict.keys() == set()
    with closing(readable(talk.path)) as connection:
        assert verify(connection).intact
        assert connection.execute("SELECT count(*) FROM verdicts").fetchone() == (3,)
        assert connection.execute("SELECT frames FROM evidence").fetchall() == [(1,), (1,), (2,)]
        assert connection.execute("SELECT name FROM participants").fetchall() == [
            ("Ada",),
            (None,),
            ("Ada L.",),
        ]
        assert connection.execute("SELECT platform FROM sessions").fetchall() == [("meet",)]


def test_label_that_stays_is_told_once_a_minute(talk: Logged) -> None:
    for _ in range(300):
        talk.show("ada")
    talk.end()
    with closing(readable(talk.path)) as connection:
        rows = connection.execute("SELECT kind, at FROM verdicts ORDER BY seq").fetchall()
    assert [kind for kind, _ in rows].count("standing") == 4
    assert max(b - a for (_, a), (_, b) in itertools.pairwise(rows)) == 60_000


def test_host_without_a_call_leaves_nothing(data_folder: Path) -> None:
    talk = Logged(GatedAnalyzer(is_open=True))
    talk.ask(HELLO)
    talk.ask(Configure(id=3, retention_days=5, keep_evidence=False))
    talk.end()
    assert not data_folder.exists()


def test_names_are_left_out_where_that_is_set(talk: Logged) -> None:
    talk.ask(Configure(id=3, log_names=False))
    talk.show("ada", name="Ada Lovelace")
    talk.end()
    assert b"Lovelace" not in talk.path.read_bytes()
    assert [told for _, told in talk.entries("participant")] == [{"participant": "ada"}]


def test_log_is_switched_off_and_on(talk: Logged) -> None:
    talk.show("ada")
    talk.ask(Configure(id=4, log=False))
    assert talk.told().state == "off"
    talk.show("bob")
    talk.ask(Configure(id=6, log=True))
    talk.show("cyd")
    assert talk.states == ["off", "on"]  # said by itself, for those who do not ask
    talk.end()
    assert [told["participant"] for _, told in talk.entries("verdict")] == ["ada", "cyd"]
    assert len(talk.entries("session_opened")) == 2
    assert len(talk.entries("session_closed")) == 2


def test_nothing_is_kept_for_zero_days(talk: Logged) -> None:
    talk.show("ada")
    talk.ask(Close(id=4, session="call"))
    talk.ask(Configure(id=5, retention_days=0))
    assert talk.states == ["off"]
    talk.ask(replace_id(OPEN, 6))
    talk.show("bob")
    talk.end()
    assert talk.entries("verdict", "session_opened", "participant") == []
    assert talk.entries("pruned")


def test_look_that_ends_after_its_session_begins_no_other() -> None:
    gated = GatedAnalyzer()
    talk = Logged(gated)
    opened(talk)
    talk.say(frames(3, picture_of("ada", b"1", captured_at=(1.7e9 + talk.now) * 1000)))
    assert gated.busy.wait(10)
    talk.ask(Close(id=4, session="call"))
    gated.gate.set()
    assert as_a(Verdicts, talk.reply_to(3))
    talk.end()
    assert len(talk.entries("session_opened")) == 1
    assert len(talk.entries("verdict")) == 1


def test_session_has_a_bound(talk: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_ENTRIES", 6)
    for n in range(20):
        talk.show(f"p{n}")
    talk.end()
    assert len(talk.entries("verdict", "participant")) == 6


def test_host_that_ends_closes_its_sessions(talk: Logged) -> None:
    talk.end()
    assert [told for _, told in talk.entries("session_closed")] == [{"why": "the host ended"}]
    assert [told for _, told in talk.entries("host_stopped")] == [{"why": "test"}]


def test_call_goes_on_without_a_log(data_folder: Path) -> None:
    data_folder.touch()  # where its folder should be
    talk = Logged(GatedAnalyzer(is_open=True))
    opened(talk)
    for _ in range(5):
        assert talk.show("ada").items[0].error is UNSET
    assert talk.told().state == "unwritable"
    assert talk.told().text is not UNSET
    assert talk.states == ["unwritable"]
    assert as_a(Health, talk.ask(Open(id=29, session="call", platform="meet"))).log == talk.told()
    assert as_a(Error, talk.ask(ListSessions(id=30, logged=True))).code == 801
    assert json.loads(as_a(Exported, talk.ask(Export(id=31, session="call", format=ExportFormat.JSON))).data)
    talk.end()


class TestProtocol:
    def test_sessions_of_the_log(self, talk: Logged) -> None:
        talk.show("ada", name="Ada")
        (now,) = as_a(SessionList, talk.ask(ListSessions(id=4))).items
        talk.ask(Close(id=5, session="call"))
        talk.ask(Open(id=6, session="call", platform="zoom"))
        second, first = as_a(SessionList, talk.ask(ListSessions(id=7, logged=True))).items
        assert first.session == first.logged_as == now.logged_as
        assert (first.platform, second.platform) == ("meet", "zoom")
        assert first.closed_at is not UNSET
        assert second.closed_at is UNSET
        (ada,) = first.participants
        assert (ada.name, ada.label, ada.worst, ada.score) == ("Ada", "inconclusive", "inconclusive", UNSET)

    @pytest.mark.parametrize("form", ExportFormat)
    def test_session_of_the_log_is_exported(self, talk: Logged, form: ExportFormat) -> None:
        talk.show("ada", name="Ada")
        talk.ask(Close(id=4, session="call"))
        data = as_a(Exported, talk.ask(Export(id=5, session=talk.session(), format=form))).data
        assert "Ada" in data
        starts = {"json": '{"veritile"', "csv": "\ufeffsession,", "html": "<!doctype html>"}
        assert data.startswith(starts[form])

    @pytest.mark.parametrize("form", ExportFormat)
    def test_open_session_is_exported(self, talk: Logged, form: ExportFormat) -> None:
        talk.show("ada", name="Ada")
        assert "Ada" in as_a(Exported, talk.ask(Export(id=5, session="call", format=form))).data

    def test_document_of_the_log_is_that_of_the_open_session(self, talk: Logged) -> None:
        talk.show("ada", name="Ada")
        request = Export(id=4, session="call", format=ExportFormat.JSON)
        was = json.loads(as_a(Exported, talk.ask(request)).data)
        told = json.loads(as_a(Exported, talk.ask(replace_id(request, 5, session=talk.session()))).data)
        assert was["participants"] == told["participants"]
        assert {key for key in was if was[key] != told[key]} <= {
            "session", "exported_at", "head", "model", "events",
        }  # fmt: skip

    def test_unknown_session_is_told(self, talk: Logged) -> None:
        request = Export(id=5, session="none", format=ExportFormat.JSON)
        assert as_a(Error, talk.ask(request)).code == 301

    def test_log_that_cannot_be_read_is_told(self, talk: Logged) -> None:
        talk.show("ada")
        talk.end()
        talk.path.write_bytes(b"no database" * 100)
        assert as_a(Error, talk.ask(ListSessions(id=5, logged=True))).code == 801


class TestPictures:
    def test_strongest_pictures_of_somebody_alarming_are_kept_encrypted(self, alarming: Logged) -> None:
        self.keep(alarming)
        alarming.ask(OPEN)
        sent = [b"picture %d" % n + FACE for n in range(40)]
        for picture in sent:
            alarming.show("ada", picture=picture)
        alarming.end()
        kept = [told for _, told in alarming.entries("picture")]
        assert 1 <= len(kept) <= journal.MOST_PICTURES
        assert all(told["label"] in ("suspect", "likely_fake") for told in kept)
        data = alarming.path.read_bytes()
        assert FACE[100:164] not in data
        key = keys.for_writing(alarming.path.parent)[0]
        with closing(readable(alarming.path)) as connection:
            found = document(connection, alarming.session(), exported_at=0)
            rows = dict(connection.execute("SELECT seq, sealed FROM pictures"))
            assert verify(connection).intact
        for each in found.pictures:
            what = about(found.session, "ada", each.captured_at)
            assert unseal(rows[each.entry], what, key) in sent

    def test_no_picture_is_kept_unless_that_is_set(self, alarming: Logged) -> None:
        alarming.ask(OPEN)
        for _ in range(40):
            alarming.show("ada")
        alarming.end()
        assert alarming.entries("picture") == []
        assert not (alarming.path.parent / "pictures.key").exists()
        assert any(told["label"] == "likely_fake" for _, told in alarming.entries("verdict"))

    def test_large_picture_is_not_kept(self, alarming: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "MOST_PICTURE_BYTES", 4)
        self.keep(alarming)
        alarming.ask(OPEN)
        for _ in range(40):
            alarming.show("ada")
        alarming.end()
        assert alarming.entries("picture") == []

    @staticmethod
    def keep(talk: Logged) -> None:
        talk.ask(Configure(id=3, keep_evidence=True))
        while talk.told().pictures is VaultState.STARTING:
            pass
        assert talk.told().pictures is VaultState.KEY_FILE
