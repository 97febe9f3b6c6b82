"""From a run to a file that the product loads, and a card of what was measured and what is left to say."""

import json
import re
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("sklearn")

from own_data import someone, write_people  # noqa: E402
from pictures import jpeg  # noqa: E402
from veritile import Detector  # noqa: E402
from veritile.errors import FileUnreadableError, ModelError  # noqa: E402
from veritile.frame.card import read_card  # noqa: E402
from veritile.frame.crop import crop_face  # noqa: E402
from veritile.frame.model import Model  # noqa: E402
from veritile.frame.quality import Gate  # noqa: E402
from veritile.train.export import Metadata, export, set_front_matter  # noqa: E402
from veritile.train.gate import write_gate  # noqa: E402
from veritile.train.nets import build, parameter_count  # noqa: E402
from veritile.train.own.card_draft import BLANK  # noqa: E402
from veritile.train.own.finetune import FineTune  # noqa: E402
from veritile.train.own.interrupt import Interrupt  # noqa: E402
from veritile.train.own.prepare import Options, prepare  # noqa: E402
from veritile.train.own.recipe import Recipe  # noqa: E402
from veritile.train.own.release import Released, export_run, record  # noqa: E402
from veritile.train.own.scoring import score  # noqa: E402
from veritile.train.own.split import VAL  # noqa: E402
from veritile.train.own.table import OwnSet  # noqa: E402
from veritile.train.own.weights import load_start  # noqa: E402

SIZE = 64
GATE = Gate(face_px=48, sharpness=0.06, light=0.04)
"""Of the start: not the default, so that it is seen to be taken over."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FineTune:
    """A short run on smoothed and plain faces, long enough that they are told apart."""
    folder = tmp_path_factory.mktemp("own")
    write_people(folder / "mine", people=8)
    prepare(folder / "mine", folder / "set", Options(), lambda *_: None)
    torch.manual_seed(1)
    start = folder / "start.onnx"
    facts = Metadata(
        name="start", version="3", licence="MIT", input_size=SIZE, architecture="mesoinception4",
        crop_margin=1.4,
    )  # fmt: skip
    digest = export(build("mesoinception4", size=SIZE), start, facts)
    set_front_matter(start.with_suffix(".md"), facts.front_matter(start.name, digest))
    write_gate(start, GATE)
    recipe = Recipe(examples=320, batch=16, measure_every=160, learning_rate=3e-3, blended=0.1)
    run = FineTune(folder / "run", recipe, OwnSet(folder / "set"), load_start(start))
    run.go(workers=0, interrupt=Interrupt(), on_step=lambda *_: None, on_measurement=lambda _: None)
    record(run, "veritile train fit set --out run")
    return run


def released(run: FineTune, out: Path) -> Released:
    return export_run(
        run.folder, out, version="1.2", licence="CC0", command="veritile train export", draws=100
    )


def test_the_product_loads_it_and_scores_as_calibrated(run: FineTune, tmp_path: Path) -> None:
    out = tmp_path / "mine.onnx"
    a, b = released(run, out).calibration
    info = Detector(model=out).model
    assert (info.name, info.version, info.licence) == ("mine", "1.2", "CC0")
    assert (info.input_size, info.crop_margin) == (SIZE, 1.4)
    assert info.gate == GATE
    assert Detector(model=out).analyze_image(jpeg(someone(99))).score is not None
    net = build("mesoinception4", size=SIZE)
    net.load_state_dict(run.best)
    faces, own = run.own.of(VAL), run.own
    raw = score(net, own, VAL, size=SIZE, margin=1.4)
    model = Model.load(read_card(out))
    crops = [crop_face(own.read(face), face.box, margin=1.4, size=SIZE) for face in faces]
    assert [model.log_odds(crop) for crop in crops] == pytest.approx(list(a * raw + b), abs=1e-4 * max(1, a))


def test_the_card_says_what_was_measured_and_what_is_to_be_filled_in(run: FineTune, tmp_path: Path) -> None:
    out = tmp_path / "mine.onnx"
    rows = released(run, out).rows
    card = out.with_suffix(".md").read_text(encoding="utf-8")
    for heading in (
        "Model description", "Intended uses", "Limitations", "Training data", "Training procedure",
        "Evaluation", "Cost",
    ):  # fmt: skip
        assert f"## {heading}" in card
    assert card.count(BLANK) >= 8
    assert f"mesoinception4, {parameter_count(build('mesoinception4', size=SIZE)):,} parameters" in card
    assert f"start {run.start['version']}" in card
    assert "veritile train fit set --out run" in card
    for digest in run.data_sha256.values():
        assert digest in card
    assert {row.model for row in rows} == {"mine", "start"}
    auc = next(
        row for row in rows if row.model == "mine" and row.figure == "frame_auc" and row.group == "all"
    )
    assert re.search(rf"Frame AUC.*{f'{auc.value:.3f}'.removeprefix('0')}", card)
    counts = re.findall(r"\| (train|val|test) \|.*?\| (\d+) / (\d+) \| (\d+) / (\d+) \|", card)
    assert sum(int(row[1]) for row in counts) == sum(int(row[3]) for row in counts) == 8
    assert sum(int(row[2]) + int(row[4]) for row in counts) == len(run.own.faces)


def test_the_record_says_how_to_repeat_the_run(run: FineTune) -> None:
    entries = json.loads((run.folder / "record.json").read_text())
    assert entries["seed"] == 1
    assert entries["recipe"]["examples"] == 320
    assert entries["data_sha256"] == run.own.digests()
    assert entries["start"]["sha256"] == run.start["sha256"]
    assert entries["commands"] == ["veritile train fit set --out run"]
    assert {"veritile", "python", "torch", "numpy"} <= set(entries["versions"])
    assert "revision" in entries
    assert len(entries["history"]) == len(run.history)


def test_nothing_that_is_there_is_written_over(run: FineTune, tmp_path: Path) -> None:
    out = tmp_path / "mine.onnx"
    out.with_suffix(".md").write_text("mine, with love")
    with pytest.raises(FileUnreadableError, match=r"mine\.md is there already"):
        released(run, out)
    assert out.with_suffix(".md").read_text() == "mine, with love"
    assert not out.exists()


def test_what_cannot_be_exported_is_said(run: FineTune, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match=r"\.onnx"):
        released(run, tmp_path / "mine.pt")
    with pytest.raises(FileUnreadableError, match="name another"):
        released(run, tmp_path / "start.onnx")
    with pytest.raises(FileUnreadableError, match="holds no run"):
        export_run(tmp_path, tmp_path / "mine.onnx", version="1", licence="MIT", command="")
    table = run.own.folder / "set.csv"
    content = table.read_bytes()
    table.write_bytes(content + b"\n")
    try:
        with pytest.raises(ModelError, match="has changed"):
            released(run, tmp_path / "mine.onnx")
    finally:
        table.write_bytes(content)
    assert list(tmp_path.iterdir()) == []
