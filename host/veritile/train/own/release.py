"""A run -> a calibrated ONNX file and the draft of its card, ready for `Detector(model=…)`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from veritile.errors import FileUnreadableError, ModelError
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.frame.quality import Gate
from veritile.train.bench import Row
from veritile.train.calibration import calibrate
from veritile.train.export import Metadata, export, set_front_matter
from veritile.train.figures import DRAWS, Scores
from veritile.train.gate import write_gate
from veritile.train.nets import build
from veritile.train.own import measure
from veritile.train.own.card_draft import Facts, draft
from veritile.train.own.finetune import FineTune, read_checkpoint
from veritile.train.own.recipe import Measurement
from veritile.train.own.scoring import score
from veritile.train.own.split import VAL
from veritile.train.own.table import OwnFace, OwnSet, replacing
from veritile.train.own.weights import parts_of_answer
from veritile.train.provenance import revision, versions

RECORD: Final = "record.json"


@dataclass(frozen=True, slots=True)
class Released:
    """What was written."""

    file: Path
    sha256: str
    calibration: tuple[float, float]
    rows: list[Row]
    """Figures on the held-out people, of the new model and of the one that it started from."""
    measured_split: str


def record(run: FineTune, command: str) -> None:
    """Write what anyone needs to repeat a run to `record.json`; commands of earlier starts are kept."""
    path = run.folder / RECORD
    try:
        earlier = json.loads(path.read_text(encoding="utf-8"))["commands"] if path.is_file() else []
    except (OSError, ValueError, KeyError, TypeError):
        earlier = []
    entries = {
        "recipe": asdict(run.recipe),
        "seed": run.recipe.seed,
        "start": run.start,
        "architecture": run.architecture,
        "data_sha256": run.data_sha256,
        "examples_seen": run.examples_seen,
        "seconds": round(run.seconds, 1),
        "device": str(run.device),
        "commands": list(dict.fromkeys([*earlier, command])),
        "revision": revision(),
        "versions": versions(),
        "history": [asdict(entry) for entry in run.history],
    }
    with replacing(path) as partial:
        partial.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


def export_run(
    folder: Path, out: Path, *, version: str, licence: str, command: str, draws: int = DRAWS
) -> Released:
    """Calibrate the best weights of a run on its held-out people, export them and measure the file.

    Args:
        folder: of the run.
        out: ONNX file to write; its name without the ending becomes the model's, the card lies beside it.
        version: of the weights.
        licence: of the weights.
        command: that did this, for the card.
        draws: bootstrap samples of the figures.

    Raises:
        FileUnreadableError: there is no run, its set is gone, or `out` is there already.
        ModelError: the set has changed, or the weights put held-out real people above fake ones.
    """
    if out.suffix.lower() != ".onnx":
        raise FileUnreadableError(f"{out} does not end in .onnx: name the file so.")
    for path in (out, out.with_suffix(".md")):
        if path.exists():
            raise FileUnreadableError(f"{path} is there already: name another --out, or move it away.")
    state = read_checkpoint(folder)
    if out.stem == state["start"]["name"]:
        raise FileUnreadableError(
            f"{out.stem} is the name of the model that training started from: name another."
        )
    own = OwnSet(Path(state["set"]))
    if own.digests() != state["data_sha256"]:
        raise ModelError(f"{own.folder} has changed since the run: run veritile train fit on it anew.")
    net = build(state["architecture"], size=state["size"])
    net.load_state_dict(state["best"])
    log_odds = score(net, own, VAL, size=state["size"], margin=state["margin"])
    calibration = calibrate(_by_person(own.of(VAL), log_odds))
    metadata = Metadata(
        name=out.stem,
        version=version,
        licence=licence,
        input_size=state["size"],
        architecture=state["architecture"],
        crop_margin=state["margin"],
        calibration_a=calibration[0],
        calibration_b=calibration[1],
    )
    digest = export(net, out, metadata)
    card = out.with_suffix(".md")
    try:
        set_front_matter(card, metadata.front_matter(out.name, digest))
        digest = write_gate(out, Gate(**state["gate"]))
        rows = measure.measure(own.folder, [out, *_start(state)], draws=draws)
        facts = _facts(folder, state, own, out, rows, command, _parameters(net))
        card.write_text(card.read_text(encoding="utf-8") + draft(facts), encoding="utf-8")
    except BaseException:
        out.unlink()
        card.unlink(missing_ok=True)
        raise
    return Released(out, digest, calibration, rows, own.measured_split)


def _by_person(faces: Sequence[OwnFace], log_odds: NDArray[np.float64]) -> Scores:
    """What a network said of these faces, by person."""
    people = np.unique([face.identity for face in faces], return_inverse=True)[1]
    fake = np.array([face.fake for face in faces])
    return Scores(log_odds, fake, people, np.zeros(len(faces), np.int64))


def _parameters(net: nn.Module) -> int:
    """Trainable numbers that take part in an answer."""
    parts = parts_of_answer(net)
    return sum(
        parameter.numel()
        for name, module in net.named_modules()
        if name in parts
        for parameter in module.parameters(recurse=False)
    )


def _start(state: dict[str, Any]) -> list[Path]:
    """The model that training started from, where it still is what it was."""
    file = Path(state["start_file"])
    same = file.is_file() and file.with_suffix(".md").is_file()
    return [file] if same and read_card(file).sha256 == state["start"]["sha256"] else []


def _facts(
    folder: Path,
    state: dict[str, Any],
    own: OwnSet,
    out: Path,
    rows: Sequence[Row],
    command: str,
    parameters: int,
) -> Facts:
    history = [Measurement(**entry) for entry in state["history"]]
    best = max(history, key=lambda at: at.rank)
    try:
        commands = json.loads((folder / RECORD).read_text(encoding="utf-8"))["commands"]
    except (OSError, ValueError, KeyError):
        commands = []
    info = Model.load(read_card(out)).info
    return Facts(
        name=info.name,
        architecture=state["architecture"],
        parameters=parameters,
        input_size=info.input_size,
        crop_margin=info.crop_margin,
        start=f"{state['start']['name']} {state['start']['version']}",
        faces=Counter((face.split, face.fake) for face in own.faces),
        people=Counter(
            (split, fake) for split, fake, _ in {(f.split, f.fake, f.identity) for f in own.faces}
        ),
        data_sha256=state["data_sha256"],
        examples=best.examples,
        blended=state["recipe"]["blended"],
        seconds=best.seconds,
        seed=state["recipe"]["seed"],
        commands=[*commands, command],
        versions=", ".join(f"{name} {number}" for name, number in versions().items()),
        measured_split=own.measured_split,
        rows=rows,
        file_bytes=out.stat().st_size,
    )
