"""`veritile log` as a person or a program uses it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner, Result

from store.calls import Recorder
from veritile.cli import main
from veritile.store.entries import Entry, Kind, canonical
from veritile.store.vault import Vault, about

PICTURE = b"\xff\xd8 not really a picture"


def run(*arguments: str, code: int = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["log", *arguments], input=answer)
    assert result.exit_code == code, result.output
    return result


def told(*arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json", code=code).stdout)
    return found


def test_log_that_is_not_there_yet(log_path: Path) -> None:
    assert "No call has been logged yet." in run("list").output
    assert told("list") == {"log": str(log_path), "sessions": []}
    assert "There is no log" in run("verify").output
    assert run("verify", "--head", "1:00", code=1)
    assert "Error 802" in run("show", "last", code=1).stderr
    assert told("prune", "--all")["removed"] == 0
    assert not log_path.parent.exists(), "reading makes nothing"


class TestList:
    def test_lines_name_call_and_people(self, recorder: Recorder) -> None:
        recorder.call("abc", "suspect", "likely_real")
        line, people = run("list").output.splitlines()[2:]
        assert line.startswith("abc  ")
        assert "meet" in line
        assert people.strip() == "Ada: suspect"

    def test_name_from_a_page_cannot_steer_the_terminal(self, recorder: Recorder) -> None:
        recorder.call("abc", name="\x1b[31mAda\u202e")
        assert "\x1b" not in run("list").output
        assert "\x1b" not in run("show", "abc").output

    def test_json(self, recorder: Recorder) -> None:
        recorder.call("abc", "suspect")
        (session,) = told("list")["sessions"]
        assert session["session"] == "abc"
        assert session["participants"] == [
            {"participant": "ada", "name": "Ada", "label": "suspect", "worst": "suspect"}
        ]


class TestShow:
    def test_changes_are_told(self, recorder: Recorder) -> None:
        recorder.call("abc", "likely_real", "suspect")
        lines = run("show", "ab").output.splitlines()
        assert "Ada" in lines
        assert [line.split("  ")[2] for line in lines if "score" in line] == ["likely real", "suspect"]

    def test_json_is_the_document(self, recorder: Recorder) -> None:
        recorder.call("abc")
        assert told("show", "last")["session"] == "abc"


class TestExport:
    @pytest.mark.parametrize(
        ("form", "start"), [("html", "<!doctype"), ("csv", "\ufeffsession"), ("json", "{")]
    )
    def test_formats(self, recorder: Recorder, tmp_path: Path, form: str, start: str) -> None:
        recorder.call("abc")
        assert run("export", "abc", "--format", form).stdout.startswith(start)
        file = tmp_path / "call"
        assert str(file) in run("export", "abc", "--format", form, "--output", str(file)).stderr
        assert file.read_text(encoding="utf-8").startswith(start)

    @pytest.mark.parametrize("form", ["html", "csv", "json"])
    def test_names_can_be_left_out(self, recorder: Recorder, form: str) -> None:
        recorder.call("abc", name="Grace Hopper")
        assert "Grace Hopper" in run("export", "abc", "--format", form).stdout
        without = run("export", "abc", "--format", form, "--no-names").stdout
        assert "Grace" not in without
        assert "ada" in without

    def test_file_that_cannot_be_written(self, recorder: Recorder, tmp_path: Path) -> None:
        recorder.call("abc")
        assert (
            "name another file" in run("export", "abc", "--output", str(tmp_path / "no" / "x"), code=1).stderr
        )

    def test_pictures_are_opened_for_whoever_has_the_key(self, recorder: Recorder) -> None:
        keyring.set_keyring(keyring.backends.fail.Keyring())
        self.keep(recorder)
        assert "data:image" not in run("export", "abc").stdout
        shown = run("export", "abc", "--pictures").stdout
        assert shown.count("data:image/jpeg;base64,/9gg") == 1
        (recorder.path.parent / "pictures.key").unlink()
        without = run("export", "abc", "--pictures")
        assert "data:image" not in without.stdout
        assert "is not there" in without.stderr
        run("export", "abc", "--pictures", "--format", "csv", code=2)

    def test_picture_of_somebody_else_is_not_shown(self, recorder: Recorder) -> None:
        self.keep(recorder, really="eve")
        assert "Error 803" in run("export", "abc", "--pictures", code=1).stderr

    @staticmethod
    def keep(recorder: Recorder, really: str = "ada") -> None:
        recorder.call("abc", closed=False)
        vault = Vault(recorder.path.parent)
        vault.open()
        while not vault.is_open:
            pass
        sealed, key = vault.seal(PICTURE, about("abc", really, 5))
        body = {"participant": "ada", "captured_at": 5, "label": "suspect", "key": key}
        body["sha256"] = hashlib.sha256(sealed).hexdigest()
        recorder.write(Entry(recorder.now_ms, Kind.PICTURE, "h", "abc", canonical(body), sealed))


class TestVerify:
    def test_whole_log(self, recorder: Recorder) -> None:
        recorder.call("abc")
        found = told("verify")
        assert (found["ok"], found["entries"], found["problems"]) == (True, 4, [])
        assert found["head"] in run("verify").output
        assert told("verify", "--head", found["head"])["ok"]

    def test_changed_log(self, recorder: Recorder) -> None:
        recorder.call("abc")
        recorder.tamper("UPDATE entries SET at = 1 WHERE seq = 3")
        assert "Entry 3 was changed." in run("verify", code=1).output
        assert told("verify", code=1)["problems"] == [{"entry": 3, "text": "Entry 3 was changed."}]


class TestPrune:
    def test_everything(self, recorder: Recorder) -> None:
        recorder.call("abc")
        assert run("prune", "--all", code=1, answer="n\n")
        assert recorder.verify().entries == 4
        assert "4 entries were removed" in run("prune", "--all", answer="y\n").output
        assert recorder.kinds() == ["pruned"]
        assert told("verify")["ok"]

    def test_one_call(self, recorder: Recorder) -> None:
        recorder.call("abc")
        recorder.call("def")
        assert told("prune", "--session", "ab")["removed"] == 4
        assert [each["session"] for each in told("list")["sessions"]] == ["def"]

    def test_by_age(self, recorder: Recorder) -> None:
        recorder.call("abc")  # long ago
        assert told("prune", "--older-than", "3650")["removed"] == 0
        assert told("prune", "--older-than", "1")["removed"] == 4

    @pytest.mark.parametrize("arguments", [[], ["--all", "--older-than", "3"], ["--older-than", "-1"]])
    def test_wrong_usage(self, arguments: list[str]) -> None:
        run("prune", *arguments, code=2)


def test_log_that_is_no_database(log_path: Path) -> None:
    log_path.parent.mkdir(parents=True)
    log_path.write_bytes(b"no database" * 500)
    for arguments in (["list"], ["verify"], ["show", "last"], ["prune", "--all", "--yes"]):
        assert "Error 801" in run(*arguments, code=1).stderr
