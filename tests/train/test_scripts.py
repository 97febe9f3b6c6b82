"""The commands of the training documentation, run as a reader runs them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result

for module in ("torch", "onnx", "onnxscript", "sklearn", "h5py", "av"):
    pytest.importorskip(module)

from train_mesonet import main  # noqa: E402
from veritile.train.drawn import write_faces, write_live  # noqa: E402
from veritile.train.recipe import smoke_recipe  # noqa: E402

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def run(script: str, *arguments: str, folder: Path, limit_s: float = 110) -> subprocess.CompletedProcess[str]:
    """In `folder`, with its temporary files in `folder/temporary`."""
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP"), str(temporary)) | {"COLUMNS": "200"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_faces(folder / "faces", people=8)
    write_live(folder / "live", clips=3, frames=2)
    return folder


@pytest.mark.parametrize("script", ["train_mesonet.py", "evaluate.py", "ablate.py"])
def test_help_starts_with_what_the_command_does(script: str, tmp_path: Path) -> None:
    done = run(script, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")
    assert "python scripts/" in done.stdout


@pytest.mark.timeout(300)
def test_the_smoke_run_goes_from_faces_to_figures_and_leaves_nothing(tmp_path: Path) -> None:
    done = run(
        "train_mesonet.py", "--smoke", "--threads", "1", "--workers", "0", folder=tmp_path, limit_s=290
    )
    assert done.returncode == 0, done.stderr
    pairs = smoke_recipe().pairs
    assert re.search(
        rf"^{pairs} pairs, .*held-out people: AUC \d\.\d+, .*clips \d", done.stdout, re.MULTILINE
    )
    assert re.search(rf"{pairs} pairs seen, calibration a \d+\.\d+ b .*sha256 [0-9a-f]{{64}}", done.stdout)
    assert "Gate(" in done.stdout
    assert str(tmp_path / "temporary") in done.stdout  # where the model went, and not over the shipped one
    for figures in ("Faces from: table", "Faces from: detected", "drawn: Frame AUC"):
        assert figures in done.stdout, figures
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]
    left = {path.name for path in (tmp_path / "temporary").iterdir()}
    assert not {name for name in left if not name.startswith("torchinductor")}  # PyTorch's own, and empty


def test_a_run_leaves_its_pictures_checkpoint_and_record(data: Path, tmp_path: Path) -> None:
    """Two steps are too few for a network that may be shipped, so it may end with saying that."""
    done = run(
        *("train_mesonet.py", "--faces", str(data / "faces"), "--live", str(data / "live")),
        *("--hold-out", "1", "--pairs", "32", "--size", "32", "--architecture", "mesoinception4"),
        *(
            "--shares",
            "blended=1,live=1",
            "--threads",
            "1",
            "--workers",
            "0",
            "--run",
            "run",
            "--out",
            "net.onnx",
        ),
        folder=tmp_path,
    )
    assert done.returncode == 0 or "or for longer" in done.stderr, done.stderr
    sheet = cv2.imread(str(tmp_path / "run" / "pairs.png"))
    assert sheet.shape[1] == 12 * 32 + 2  # twelve pairs a row, and a frame of a pixel
    assert (tmp_path / "run" / "checkpoint.pt").is_file()
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert record["pairs_seen"] == 32
    assert record["clips"] == {"train": ["0", "2"], "held_out": ["1"]}
    assert "--hold-out 1" in record["command"]
    assert re.fullmatch(r"[0-9a-f]{40}.*|unknown.*", record["revision"] or "unknown")


class TestWhatCannotBe:
    """One sentence each, before anything is done."""

    def call(self, folder: Path, *arguments: str | Path) -> Result:
        run_in = ["--run", folder / "run", "--out", folder / "net.onnx", "--threads", "1", "--workers", "0"]
        return CliRunner().invoke(main, [*map(str, arguments), *map(str, run_in)])

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ([], "Give --faces, the folder of faces.csv, or --smoke."),
            (["--smoke", "--shares", "lipsync=1"], "write KIND=SHARE,… with kinds of blended, restyled,"),
            (["--smoke", "--shares", "live"], "write KIND=SHARE"),
            (["--smoke", "--shares", "live=much"], "write KIND=SHARE"),
            (["--smoke", "--shares", "live=-1"], "write KIND=SHARE"),
            (["--smoke", "--shares", "live=nan"], "write KIND=SHARE"),
            (["--smoke", "--device", "abacus"], "PyTorch cannot use 'abacus': choose cpu, or auto."),
            (["--smoke", "--architecture", "xception"], "'xception' is not one of"),
            (["--smoke", "--pairs", "0"], "--pairs"),
            (["--smoke", "--size", "8"], "--size"),
            (["--smoke", "--margin", "9"], "--margin"),
            (["--smoke", "--seed", "-1"], "--seed"),
        ],
    )
    def test_wrong_usage_exits_with_2(self, tmp_path: Path, options: list[str], sentence: str) -> None:
        done = self.call(tmp_path, *options)
        assert done.exit_code == 2
        assert sentence in done.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--faces", "nowhere"], "faces.csv cannot be read: give the folder that holds faces.csv."),
            (["--faces", "{faces}", "--live", "nowhere"], "pairs.csv cannot be read"),
            (["--faces", "{faces}", "--live", "{live}"], "has no clip train-00, train-01"),
            (
                ["--faces", "{faces}", "--live", "{live}", "--hold-out", "8"],
                "has no clip 8: name clips that it has",
            ),
            (["--faces", "{faces}", "--live", "{live}", "--hold-out", "0", "--clip", "9"], "has no clip 9:"),
            (["--faces", "{faces}", "--clip", "0"], "no folder of live swaps was given"),
            (["--faces", "{faces}", "--bench", "nowhere"], "bench.csv"),
            (
                ["--faces", "{faces}", "--shares", "live=1,transplant=1"],
                "no kind of fake that is asked for (live",
            ),
            (["--faces", "{faces}", "--export-only"], "holds no checkpoint to export: train first"),
        ],
    )
    def test_missing_data_exit_with_1(
        self, data: Path, tmp_path: Path, options: list[str], sentence: str
    ) -> None:
        done = self.call(tmp_path, *(o.format(faces=data / "faces", live=data / "live") for o in options))
        assert done.exit_code == 1, done.output
        assert done.stderr.startswith("Error: ")
        assert sentence in done.stderr
        assert done.stderr.strip().count("\n") == 0
        assert list(tmp_path.iterdir()) == []

    def test_all_clips_held_out(self, data: Path, tmp_path: Path) -> None:
        held_out = [part for clip in "012" for part in ("--hold-out", clip)]
        shares = ("--shares", "blended=1")
        done = self.call(tmp_path, "--faces", data / "faces", "--live", data / "live", *held_out, *shares)
        assert done.exit_code == 1
        assert "lists no frame with a real and a fake picture of these clips" in done.stderr
