"""`veritile analyze`: its lines, its table and its exit codes."""

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import pictures
from bootstrap import ROOT
from films import write_film
from tiny_model import write_tiny_model
from veritile import cli
from veritile.analyze import EXIT_CODES, Choices
from veritile.analyze import run as analyse_files
from veritile.detector import Detector
from veritile.errors import FileUnreadableError, ModelMissingError, NoFramesError, UnsupportedFormatError
from veritile.frame import FrameResult
from veritile.video import claims
from veritile.video.file import MAX_FRAMES


def run(paths: list[Path], *, model: str, as_json: bool = False, **choices: Any) -> int:
    form = choices.pop("form", "json" if as_json else "text")
    return analyse_files(paths, Choices(model=model, form=form, **choices))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A classifier that calls every face fake: log-odds of about 2."""
    return str(write_tiny_model(tmp_path_factory.mktemp("model"), calibration_a="1e-6", calibration_b="2"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of everything: pictures, a video, what is neither, and subfolders."""
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / "person.jpg").write_bytes(pictures.jpeg(pictures.person()))
    (folder / "small.webp").write_bytes(pictures.webp(pictures.person(face_px=40)))
    (folder / "broken.jpg").write_bytes(pictures.jpeg(pictures.person())[:-500])
    (folder / "notes.txt").write_text("nothing to see")
    (folder / ".hidden" / "person.jpg").write_bytes(b"")
    write_film(folder / "sub" / "film.mp4", [pictures.person(320, 180, face_px=90)] * 12)
    return folder


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    captured = capsys.readouterr()
    assert captured.err == ""
    return [json.loads(line) for line in captured.out.splitlines()]


def test_a_picture_makes_one_line(files: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([files / "person.jpg"], as_json=True, model=model) == 0
    (line,) = lines_of(capsys)
    assert list(line) == ["path", "verdict", "frames", "model"]
    assert line["path"] == str(files / "person.jpg")
    assert list(line["verdict"]) == ["label", "score", "confidence", "reason"]
    assert line["verdict"]["label"] == "likely_fake"
    assert line["verdict"]["score"] == pytest.approx(0.8808, abs=1e-3)
    assert 0 < line["verdict"]["confidence"] < 0.5
    assert line["verdict"]["reason"] is None
    (frame,) = line["frames"]
    assert list(frame) == ["t", "score", "quality", "face", "reason"]
    assert frame["t"] == 0
    x, y, width, height = frame["face"]
    assert 250 < x < 270
    assert 80 < y < 100
    assert (width, height) == (pytest.approx(117, abs=12), pytest.approx(144, abs=12))
    assert line["model"]["name"] == "tiny"
    assert len(line["model"]["sha256"]) == 64


def test_a_folder_is_walked_and_one_bad_file_stops_nothing(
    files: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([files], as_json=True, model=model) == 1
    lines = lines_of(capsys)
    names = [Path(line["path"]).relative_to(files).as_posix() for line in lines]
    assert names == ["broken.jpg", "person.jpg", "small.webp", "sub/film.mp4"]
    broken, _, small, film = lines
    assert list(broken) == ["path", "error"]
    assert list(broken["error"]) == ["code", "text"]
    assert broken["error"]["code"] == 402
    assert small["verdict"] == {
        "label": "inconclusive",
        "score": None,
        "confidence": 0.0,
        "reason": "face_too_small",
    }
    assert small["frames"][0]["score"] is None
    assert small["frames"][0]["face"] is not None
    assert [frame["t"] for frame in film["frames"]] == pytest.approx([0, 0.5, 1.0], abs=0.06)
    assert film["verdict"]["label"] == "likely_fake"


def test_files_that_cannot_be_used_have_their_number(
    files: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nothing").mkdir()
    paths = [tmp_path / "gone.jpg", files / "notes.txt", tmp_path / "nothing", files / "person.jpg"]
    assert run(paths, as_json=True, model=model) == 1
    *failed, good = lines_of(capsys)
    codes = [line["error"]["code"] for line in failed]
    assert codes == [FileUnreadableError.code, UnsupportedFormatError.code, NoFramesError.code]
    assert "verdict" in good


def test_without_a_model_every_file_is_answered(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([files / "person.jpg", files / "small.webp"], as_json=True, model="no-such-model") == 1
    assert [line["error"]["code"] for line in lines_of(capsys)] == [ModelMissingError.code] * 2


def test_nothing_to_do_is_wrong_usage(capsys: pytest.CaptureFixture[str], model: str) -> None:
    assert run([], as_json=True, model=model) == 2
    assert "give the path" in capsys.readouterr().err


def test_people_get_a_table_and_the_errors_below(
    files: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([files], as_json=False, model=model) == 1
    captured = capsys.readouterr()
    heading, *rows = captured.out.splitlines()
    assert heading.split() == ["Verdict", "P(fake)", "Confidence", "Usable", "frames", "File"]
    assert len(rows) == 5
    assert rows[0].split()[:3] == ["likely", "fake", "0.88"]
    assert "inconclusive: face too small" in rows[1]
    assert "3 of 3" in rows[2]
    assert rows[2].rstrip().endswith(str(files / "sub" / "film.mp4"))
    assert "not how likely they are right" in rows[3]
    assert rows[4] == "film.mp4: 0:00.0 to 0:01.0 looks swapped, score 0.88"
    assert captured.err.startswith(f"{files / 'broken.jpg'}: ")
    assert captured.err.endswith("[402]\n")


def test_ctrl_c_leaves_what_has_been_found_out(
    files: Path, model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyse = Detector.analyze_image

    def interrupted(self: Detector, image: Path) -> FrameResult:
        if image.name == "small.webp":
            raise KeyboardInterrupt
        return analyse(self, image)

    monkeypatch.setattr(Detector, "analyze_image", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run([files], as_json=False, model=model)
    captured = capsys.readouterr()
    assert str(files / "person.jpg") in captured.out
    assert str(files / "broken.jpg") in captured.err


def test_a_name_that_is_too_long_is_told(files: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([Path("x" * 300), files / "person.jpg"], as_json=True, model=model) == 1
    failed, good = lines_of(capsys)
    assert failed["error"]["code"] == FileUnreadableError.code
    assert "verdict" in good


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_any_name_makes_a_line(tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"odd \xff [bold]\n.jpg")
    (tmp_path / name).write_bytes(pictures.jpeg(pictures.empty(64, 64)))
    assert run([tmp_path], as_json=True, model=model) == 0
    (line,) = lines_of(capsys)
    assert line["path"] == str(tmp_path / name)
    assert run([tmp_path], as_json=False, model=model) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_video_of_any_name_is_analysed(
    files: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = files / os.fsdecode(b"odd \xff.mp4")
    (files / "sub" / "film.mp4").rename(odd)
    assert run([odd], model=model, as_json=True) == 0
    (line,) = lines_of(capsys)
    assert line["path"] == str(odd)
    assert run([odd], model=model, form="csv", page=tmp_path / "report.html") == 0
    assert "odd ?.mp4" in capsys.readouterr().out


def test_a_videos_people_and_segments_are_told(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    two, nobody = pictures.two_people(640, 360), pictures.empty(640, 360)
    film = write_film(tmp_path / "film.mp4", [two] * 20 + [nobody] * 80 + [two] * 20)
    assert run([film], model=model, as_json=True, fps=5.0) == 0
    (line,) = lines_of(capsys)
    assert line["video"] == {"seconds": 12.0, "fps": 10.0, "width": 640, "height": 360}
    people = line["people"]
    # Nobody for 8 s: who comes then is counted anew.
    assert [person["person"] for person in people] == [1, 2, 3, 4]
    assert people[0]["frames"][0]["face"][0] < 320 < people[1]["frames"][0]["face"][0]
    (segment,) = people[0]["segments"]
    assert list(segment) == ["start", "end", "score", "worst"]
    assert (segment["start"], segment["end"]) == (pytest.approx(0, abs=0.11), pytest.approx(1.8, abs=0.21))
    assert len(line["frames"]) == pytest.approx(60, abs=1)


def test_a_table_has_a_row_for_each_face(
    files: Path, model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "=cmd.jpg").write_bytes(pictures.jpeg(pictures.empty(64, 64)))
    monkeypatch.chdir(files)
    assert run([Path("=cmd.jpg"), files], model=model, form="csv") == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["path"] == "'=cmd.jpg"
    assert rows[0]["reason"] == "no_face"
    film = [row for row in rows if row["path"].endswith("film.mp4")]
    assert [(row["t"], row["person"], row["score"]) for row in film] == [
        ("0.0", "1", "0.8808"), ("0.5", "1", "0.8808"), ("1.0", "1", "0.8808")
    ]  # fmt: skip
    assert [row["path"] for row in rows if row["error"]] == [str(files / "broken.jpg")]


def test_a_report_needs_nothing_else(
    files: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "report.html"
    (files / "<b>.jpg").write_bytes(pictures.jpeg(pictures.person()))
    assert run([files], model=model, page=page) == 1
    text = page.read_text(encoding="utf-8")
    assert text.count("<section>") == 5
    assert "&lt;b&gt;.jpg" in text
    assert "Stretches that look swapped" in text
    assert "no proof, and not the outline" in text  # the heat map says what it is
    assert text.count("data:image/jpeg;base64,") == 2 * 3
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 4), (b"hello, this is no video", 5), (b"\x00\x00\x00\x20ftypisom" + bytes(50), 6), (None, 3)],
)
def test_one_reason_for_all_has_an_exit_code(
    tmp_path: Path, model: str, content: bytes | None, code: int
) -> None:
    path = tmp_path / "film.mp4"
    if content is not None:
        path.write_bytes(content)
    assert run([path, path], model=model, as_json=True) == code


def test_a_report_without_a_folder_is_wrong_usage(files: Path, tmp_path: Path, model: str) -> None:
    assert run([files / "person.jpg"], model=model, page=tmp_path / "gone" / "report.html") == 2


def test_exit_codes_and_limits_are_on_the_page_and_in_the_help() -> None:
    page = (ROOT / "docs/analyze.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert [int(code) for code in told] == [0, 1, 2, *EXIT_CODES.values()]
    for code in told:
        assert re.search(rf"\b{code} [a-z]", cli.analyze.help or ""), code
    for limit in (claims.MOST_SAMPLES, claims.MOST_PACKETS, int(claims.FASTEST), MAX_FRAMES):
        assert f"{limit:,}" in page
