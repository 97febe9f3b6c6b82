"""Training on one's own data: it learns, it stops, it goes on where it was, and it does not mix up runs."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("sklearn")

from own_data import write_people  # noqa: E402
from veritile.errors import FileUnreadableError, ModelError  # noqa: E402
from veritile.frame.card import read_card  # noqa: E402
from veritile.train.export import Metadata, export, set_front_matter  # noqa: E402
from veritile.train.nets import build  # noqa: E402
from veritile.train.own.examples import Examples  # noqa: E402
from veritile.train.own.finetune import FineTune, read_checkpoint  # noqa: E402
from veritile.train.own.interrupt import Interrupt  # noqa: E402
from veritile.train.own.prepare import Options, prepare  # noqa: E402
from veritile.train.own.recipe import Recipe, learning_rate  # noqa: E402
from veritile.train.own.split import TRAIN  # noqa: E402
from veritile.train.own.table import OwnFace, OwnSet  # noqa: E402
from veritile.train.own.weights import load_start  # noqa: E402

SIZE = 32
RECIPE = Recipe(examples=48, batch=8, measure_every=16, patience=9)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> OwnSet:
    folder = tmp_path_factory.mktemp("own")
    write_people(folder / "mine", people=6)
    prepare(folder / "mine", folder / "set", Options(), lambda *_: None)
    return OwnSet(folder / "set")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with chance of its own (dropout), so that resuming has something to repeat."""
    path = tmp_path_factory.mktemp("start") / "start.onnx"
    torch.manual_seed(1)
    facts = Metadata(name="start", version="1", licence="MIT", input_size=SIZE, architecture="mesoresnet")
    net = build("mesoresnet", size=SIZE)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():  # statistics as training leaves them: without, hardly anything comes through
        net.train()(torch.rand(16, 3, SIZE, SIZE))
    set_front_matter(path.with_suffix(".md"), facts.front_matter(path.name, export(net, path, facts)))
    return path


def run_of(folder: Path, own: OwnSet, model: Path, recipe: Recipe = RECIPE) -> FineTune:
    return FineTune(folder, recipe, own, load_start(model))


def train(run: FineTune, *, until: int | None = None) -> FineTune:
    """To the end, or with Ctrl-C after `until` examples."""
    interrupt = Interrupt()

    def on_step(examples: int, _loss: float) -> None:
        interrupt.asked = until is not None and examples >= until

    run.go(workers=0, interrupt=interrupt, on_step=on_step, on_measurement=lambda _: None)
    return run


def weights(run: FineTune) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in run.net.parameters()])


def test_an_interrupted_run_ends_in_the_same_weights(own: OwnSet, model: Path, tmp_path: Path) -> None:
    whole = train(run_of(tmp_path / "whole", own, model))
    train(run_of(tmp_path / "parts", own, model), until=24)
    resumed = run_of(tmp_path / "parts", own, model)
    assert resumed.examples_seen == 24  # not only what was measured: nothing is lost
    assert not resumed.finished
    train(resumed)
    assert resumed.examples_seen == whole.examples_seen == 48
    assert np.array_equal(weights(resumed), weights(whole))
    assert [m.held_out_auc for m in resumed.history] == [m.held_out_auc for m in whole.history]
    assert whole.finished
    assert resumed.finished


def test_the_first_measurement_is_of_the_start(own: OwnSet, model: Path, tmp_path: Path) -> None:
    run = train(run_of(tmp_path, own, model))
    assert [m.examples for m in run.history] == [0, 16, 32, 48]
    assert run.history[0].loss is None
    again = run_of(tmp_path / "again", own, model)
    assert train(again, until=0).history[0].held_out_loss == run.history[0].held_out_loss


def test_it_stops_when_nothing_improves_and_keeps_the_best(own: OwnSet, model: Path, tmp_path: Path) -> None:
    """At a rate that ruins the weights, the best ones are those that it started from."""
    recipe = replace(RECIPE, examples=4000, learning_rate=0.5, patience=2)
    before = weights(run_of(tmp_path / "other", own, model))
    run = train(run_of(tmp_path, own, model, recipe))
    assert run.finished
    assert run.examples_seen < 4000
    best = run.history.index(run.best_measurement)
    assert len(run.history) - 1 - best == 2
    if best == 0:
        kept = np.concatenate([run.best[name].numpy().ravel() for name, _ in run.net.named_parameters()])
        assert np.array_equal(kept, before)


def test_statistics_of_normalisation_stay(own: OwnSet, model: Path, tmp_path: Path) -> None:
    run = train(run_of(tmp_path, own, model))
    for module in run.net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert not module.running_mean.any()
            assert torch.allclose(module.running_var, torch.tensor(1 - module.eps))


def test_a_run_of_another_recipe_start_or_set_is_not_continued(
    own: OwnSet, model: Path, tmp_path: Path
) -> None:
    train(run_of(tmp_path / "run", own, model), until=8)
    with pytest.raises(ModelError, match="another recipe"):
        run_of(tmp_path / "run", own, model, replace(RECIPE, seed=2))
    other = tmp_path / "start.onnx"
    facts = Metadata(name="start", version="2", licence="MIT", input_size=SIZE, architecture="mesoresnet")
    digest = export(build("mesoresnet", size=SIZE), other, facts)
    set_front_matter(other.with_suffix(".md"), facts.front_matter(other.name, digest))
    with pytest.raises(ModelError, match="another start"):
        run_of(tmp_path / "run", own, other)
    write_people(tmp_path / "mine", people=3)
    prepare(tmp_path / "mine", tmp_path / "set", Options(), lambda *_: None)
    with pytest.raises(ModelError, match="another set"):
        run_of(tmp_path / "run", OwnSet(tmp_path / "set"), model)


def test_a_damaged_or_missing_checkpoint_is_named(own: OwnSet, model: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="veritile train fit"):
        read_checkpoint(tmp_path)
    train(run_of(tmp_path, own, model), until=8)
    content = (tmp_path / "checkpoint.pt").read_bytes()
    for part in (b"", b"no checkpoint", content[: len(content) // 2]):
        (tmp_path / "checkpoint.pt").write_bytes(part)
        with pytest.raises(ModelError, match=r"checkpoint\.pt cannot be read"):
            run_of(tmp_path, own, model)


def test_a_model_that_sees_more_than_a_set_holds_is_refused(own: OwnSet, tmp_path: Path) -> None:
    path = tmp_path / "wide.onnx"
    facts = Metadata(
        name="wide", version="1", licence="MIT", input_size=SIZE, architecture="meso4", crop_margin=2.0
    )
    digest = export(build("meso4", size=SIZE), path, facts)
    set_front_matter(path.with_suffix(".md"), facts.front_matter(path.name, digest))
    with pytest.raises(ModelError, match=r"2\.0 x the face"):
        FineTune(tmp_path / "run", RECIPE, own, load_start(path))
    assert read_card(path).name == "wide"


def test_it_learns(own: OwnSet, model: Path, tmp_path: Path) -> None:
    """Shown the same examples again and again, it tells them apart."""
    run = run_of(tmp_path, own, model, replace(RECIPE, examples=100_000, learning_rate=1e-3))
    examples = Examples(own, own.of(TRAIN), size=SIZE, margin=1.3, seed=0, blended=0)
    pixels, fake = zip(*(examples[n] for n in range(8)), strict=True)
    batch = torch.from_numpy(np.stack(pixels)), torch.tensor(fake)
    losses = [run.learn(*batch) for _ in range(80)]
    assert np.mean(losses[-5:]) < 0.5 * losses[0]


def test_examples_are_balanced_by_class_and_person(own: OwnSet) -> None:
    """One person has as many pictures as all others together, and is shown as often as any of them."""
    many = [face for face in own.faces for _ in range(10 if face.identity == own.faces[0].identity else 1)]
    read: Counter[tuple[bool, str]] = Counter()

    class Noting:
        def read(self, face: OwnFace) -> np.ndarray:
            read[face.fake, face.identity] += 1
            return own.read(face)

    examples = Examples(Noting(), many, size=32, margin=1.3, seed=0, blended=0)  # type: ignore[arg-type]
    assert sum(examples[n][1] for n in range(240)) == 120
    assert max(read.values()) < 3 * min(read.values())


def test_examples_depend_on_seed_and_number_alone(own: OwnSet) -> None:
    def make(seed: int, blended: float = 0.5) -> Examples:
        return Examples(own, own.of(TRAIN), size=48, margin=1.3, seed=seed, blended=blended)

    first, other = make(7), make(7)
    assert first[3][0].shape == (48, 48, 3)
    other[0], other[5]  # what was asked for before does not matter
    assert all(np.array_equal(first[n][0], other[n][0]) for n in range(8))
    assert not np.array_equal(first[3][0], make(8)[3][0])


def test_the_learning_rate_rises_and_falls_to_nothing() -> None:
    rates = [learning_rate(step, 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(0.02)
    assert max(rates) == 1
    assert np.diff(rates[60:]).max() < 0
    assert rates[-1] == 0
    assert learning_rate(0, 1) > 0
