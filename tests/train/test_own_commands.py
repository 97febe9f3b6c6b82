"""`veritile train`, typed as in docs/training.md, and that page itself."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bootstrap import ROOT
from own_data import write_people
from pictures import empty, jpeg
from veritile.cli import main
from veritile.cli_train import train
from veritile.errors import ModelError
from veritile.reporting import require_training_extra
from veritile.train.own.interrupt import Interrupt

PAGE = (ROOT / "docs/training.md").read_text(encoding="utf-8")


def typed(*arguments: object) -> "click.testing.Result":
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_the_group_has_the_commands_of_the_contract() -> None:
    assert sorted(train.commands) == ["evaluate", "export", "fit", "import-keras", "prepare"]


@pytest.mark.parametrize("name", sorted(train.commands))
def test_a_command_and_its_options_are_in_the_page(name: str) -> None:
    assert f"veritile train {name}" in PAGE
    for parameter in train.commands[name].params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", PAGE), option


@pytest.mark.parametrize("name", [None, *sorted(train.commands)])
def test_help_imports_nothing_heavy(name: str | None) -> None:
    arguments = ["train", *([name] if name else []), "--help"]
    program = (
        "import sys; from veritile.cli import main\n"
        f"main({arguments!r}, prog_name='veritile', standalone_mode=False)\n"
        "heavy = {'numpy', 'cv2', 'torch', 'onnxruntime', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"
    assert done.stdout.startswith("Usage: veritile train")


def test_prepare_says_what_was_used_and_what_was_not(tmp_path: Path) -> None:
    folder = write_people(tmp_path / "mine", people=3)
    (folder / "real/p0/room.jpg").write_bytes(jpeg(empty()))
    (folder / "real/alone.jpg").write_bytes(jpeg(empty()))
    done = typed("prepare", folder, "--out", tmp_path / "set")
    assert done.exit_code == 0, done.output
    assert re.search(r"real +8 +6 +6 ", done.output)
    assert re.search(r"fake +6 +6 +6 ", done.output)
    assert "Left out: no face 2." in done.output
    assert "Too few people for a split that is only measured" in done.output
    assert "veritile train fit" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["prepare", "nowhere", "--out", "set"], 404, "holds real and fake"),
        (["evaluate", "nowhere"], 404, "neither a prepared set"),
    ],
)
def test_an_error_is_a_sentence_and_exit_code_1(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    program = "from veritile.cli import main; main(prog_name='veritile')"
    command = [sys.executable, "-c", program, "train", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error {code}: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["prepare", "folder"],
        ["prepare", "folder", "--out", "set", "--frames", "0"],
        ["prepare", "folder", "--out", "set", "--split-by", "luck"],
        ["fit", "set", "--out", "run", "--self-blend", "2"],
        ["export", "run"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert typed(*arguments).exit_code == 2


def test_what_is_not_installed_is_named_with_the_command_that_brings_it() -> None:
    with pytest.raises(ModelError, match=r"needs no_such_module: run .*python.* -m pip install .*torch"):
        require_training_extra("sys", "no_such_module")


def test_the_first_ctrl_c_waits_and_the_second_does_not() -> None:
    with Interrupt() as interrupt:
        assert not interrupt.asked
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_from_a_folder_to_a_verdict(tmp_path: Path) -> None:
    """The page's way, shortened: prepare, fit, stop and go on, export, evaluate, analyze."""
    for module in ("torch", "onnx", "onnxscript", "sklearn"):
        pytest.importorskip(module)
    folder, made, run, model = (tmp_path / name for name in ("mine", "set", "run", "mine.onnx"))
    write_people(folder, people=6)
    assert typed("prepare", folder, "--out", made).exit_code == 0
    fit = [
        *("fit", made, "--out", run, "--examples", 192, "--batch", 16, "--measure-every", 96),
        *("--learning-rate", 0.003, "--self-blend", 0),
        *("--threads", 1, "--workers", 0, "--device", "cpu"),
    ]
    done = typed(*fit)
    assert done.exit_code == 0, done.output
    assert "before learning; held-out people: AUC" in done.output
    assert typed(*fit).exit_code == 0  # once more, when it is finished: nothing is left to do
    refused = typed(*fit[:-2], "--device", "warp")
    assert refused.exit_code == 1
    assert "choose cpu" in refused.output
    done = typed("export", run, "--out", model, "--licence", "MIT")
    assert done.exit_code == 0, done.output
    assert "To fill in" in model.with_suffix(".md").read_text()
    done = typed("evaluate", made, model, "--draws", 100, "--out", tmp_path / "rows.csv")
    assert done.exit_code == 0, done.output
    assert "Frame AUC" in done.output
    assert "mine" in (tmp_path / "rows.csv").read_text()
    program = "from veritile.cli import main; main(prog_name='veritile')"
    command = [sys.executable, "-c", program, "analyze", "--model", model, "--json", folder / "real/p0"]
    verdicts = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert verdicts.returncode == 0, verdicts.stderr
    assert verdicts.stdout.count('"name": "mine"') == 2
