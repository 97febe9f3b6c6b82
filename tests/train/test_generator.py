"""Generated faces: aligned and put back, learnt, made for every picture, kept and continued."""

import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.errors import FileUnreadableError, ModelError
from veritile.train.drawn import write_faces
from veritile.train.faces import FaceSet
from veritile.train.generator.align import CANONICAL, SIDE, align, to_canonical
from veritile.train.generator.cache import FamilyStore, GeneratedFaces

SMALL = 32
"""Side that the generators are tried at: a sixteenth of the work."""
PEOPLE = 36
LANDMARKS = np.array([(203.4, 101.4), (245.3, 101.7), (223.1, 124.9), (203.4, 144.2), (240.1, 142.3)])


class TestAlignment:
    @given(st.floats(-3.1, 3.1), st.floats(0.2, 5), st.floats(-300, 300), st.floats(-300, 300))
    @settings(max_examples=100, deadline=None)
    def test_a_turned_scaled_and_shifted_face_is_brought_back(
        self, angle: float, scale: float, x: float, y: float
    ) -> None:
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved = CANONICAL @ turn.T + (x, y)
        matrix = to_canonical(moved)
        assert np.allclose(np.column_stack([moved, np.ones(5)]) @ matrix.T, CANONICAL, atol=1e-6)

    def test_of_all_similarities_it_is_the_nearest(self) -> None:
        def distance(matrix: np.ndarray) -> float:
            return float(np.square(np.column_stack([LANDMARKS, np.ones(5)]) @ matrix.T - CANONICAL).sum())

        best = to_canonical(LANDMARKS)
        rng = np.random.default_rng(0)
        for _ in range(200):
            turn, shift = complex(*rng.normal(0, 0.01, 2)), rng.normal(0, 1, 2)
            change = np.array([[turn.real, -turn.imag, shift[0]], [turn.imag, turn.real, shift[1]]])
            assert distance(best) < distance(best + change)

    def test_the_square_shows_the_face_upright(self) -> None:
        picture = astronaut()
        turned = cv2.getRotationMatrix2D((223.0, 120.0), 40, 1.0)
        tilted = cv2.warpAffine(picture, turned, (512, 512))
        points = np.column_stack([LANDMARKS, np.ones(5)]) @ turned.T
        upright, righted = align(picture, LANDMARKS), align(tilted, points)
        assert upright.shape == (SIDE, SIDE, 3)
        assert np.abs(upright.astype(int) - righted).mean() < 3  # two resamplings, but the same square

    def test_points_that_all_coincide_give_a_square_all_the_same(self) -> None:
        assert align(astronaut(), np.full((5, 2), 100.0)).shape == (SIDE, SIDE, 3)


class TestCache:
    def test_pictures_are_read_back_by_name_and_family(self, tmp_path: Path) -> None:
        picture = align(astronaut(), LANDMARKS)
        store = FamilyStore(tmp_path, "plain", "a")
        store.add(0, 0, [("lfw/1.jpg", picture), ("lfw/2.jpg", picture[::-1])])
        store.finish()
        cache = GeneratedFaces(tmp_path)
        assert cache.families == ("plain",)
        assert np.abs(cache.read("lfw/1.jpg", "plain").astype(int) - picture).mean() < 2
        assert np.abs(cache.read("lfw/2.jpg", "plain").astype(int) - picture[::-1]).mean() < 2
        with pytest.raises(FileUnreadableError, match="no family 'other', but: plain"):
            cache.read("lfw/1.jpg", "other")
        with pytest.raises(FileUnreadableError, match=r"lfw/3\.jpg"):
            cache.read("lfw/3.jpg", "plain")

    def test_an_empty_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileUnreadableError, match=r"holds no generated faces: make them"):
            GeneratedFaces(tmp_path)

    def test_parts_of_the_same_origin_are_kept_and_of_another_are_dropped(self, tmp_path: Path) -> None:
        picture = align(astronaut(), LANDMARKS)
        FamilyStore(tmp_path, "plain", "a").add(0, 32, [("1.jpg", picture)])
        assert FamilyStore(tmp_path, "plain", "a").has(0, 32)
        assert not FamilyStore(tmp_path, "plain", "a").has(1, 32)
        assert not FamilyStore(tmp_path, "plain", "b").has(0, 32)

    def test_a_finished_family_is_complete_for_its_origin_only(self, tmp_path: Path) -> None:
        store = FamilyStore(tmp_path, "plain", "a")
        store.add(0, 0, [("1.jpg", align(astronaut(), LANDMARKS))])
        assert not store.complete
        store.finish()
        assert FamilyStore(tmp_path, "plain", "a").complete
        assert not FamilyStore(tmp_path, "plain", "b").complete


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    write_faces(folder, people=PEOPLE)
    return folder


class Stopped(Exception):
    pass


class TestTraining:
    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch")

    def test_every_family_learns_to_repeat_a_face(self, data: Path, tmp_path: Path) -> None:
        """Shown the same two faces again and again, each generator comes nearer to them."""
        from veritile.train.generator import fit

        faces = FaceSet(data, "train")
        run = fit.GeneratorRun(tmp_path, fit.GeneratorRecipe(batch=4, side=SMALL, learning_rate=3e-3), faces)
        squares = fit.aligned(faces, SMALL)[:2]
        errors = np.array([run.learn(squares) for _ in range(200)]).reshape(-1, 5)
        first, last = errors[:2].mean(axis=0), errors[-4:].mean(axis=0)
        assert (last[:4] < 0.5 * first[:4]).all()  # the autoencoder, which begins with nothing
        assert last[4] < 0.9 * first[4]  # the super-resolver, which begins with the enlarged picture

    def test_an_interrupted_run_ends_in_the_same_weights(self, data: Path, tmp_path: Path) -> None:
        import torch

        from veritile.train.generator import fit

        faces, recipe = FaceSet(data, "train"), fit.GeneratorRecipe(faces=24, batch=2, side=SMALL)

        def run(folder: Path, *, until: int = 100) -> fit.GeneratorRun:
            def on_step(seen: int, _error: float) -> None:
                if seen > until:
                    raise Stopped

            started = fit.GeneratorRun(folder, recipe, faces)
            started.go(save_every=4, on_step=on_step)
            return started

        whole = run(tmp_path / "whole")
        with pytest.raises(Stopped):
            run(tmp_path / "parts", until=18)
        assert fit.GeneratorRun(tmp_path / "parts", recipe, faces).step == 8  # the last one saved
        resumed = run(tmp_path / "parts")
        for first, second in ((whole.nets, resumed.nets), (whole.critic, resumed.critic)):
            for name, value in first.state_dict().items():
                assert torch.equal(value, second.state_dict()[name]), name

    def test_another_recipe_or_a_damaged_file_is_refused(self, data: Path, tmp_path: Path) -> None:
        from veritile.train.generator import fit

        faces, recipe = FaceSet(data, "train"), fit.GeneratorRecipe(faces=4, batch=2, side=SMALL)
        fit.GeneratorRun(tmp_path, recipe, faces).save()
        with pytest.raises(ModelError, match="another recipe or other data"):
            fit.GeneratorRun(tmp_path, replace(recipe, seed=2), faces)
        (tmp_path / fit.CHECKPOINT).write_bytes(b"no checkpoint")
        with pytest.raises(ModelError, match=r"generators\.pt cannot be read"):
            fit.GeneratorRun(tmp_path, recipe, faces)


class TestMaking:
    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch")

    def test_one_call_leads_from_faces_to_a_version_of_each_by_every_family(
        self, data: Path, tmp_path: Path
    ) -> None:
        from veritile.train.generator import make
        from veritile.train.generator.fit import GeneratorRecipe

        recipe = GeneratorRecipe(faces=20, batch=2, side=SMALL)
        stages: list[make.Progress] = []
        cache = make.prepare(data, tmp_path, recipe, report=stages.append)
        assert cache.families == ("nearest", "shuffle", "super")
        pictures = FaceSet(data, "train").pictures + FaceSet(data, "val").pictures
        for family in cache.families:
            for picture in pictures:
                assert cache.read(picture.file, family).shape == (SMALL, SMALL, 3)
            ends = [stage for stage in stages if stage.stage == family][-1]
            assert ends.done == ends.total == len(pictures) == PEOPLE
        assert not list(tmp_path.glob("*.parts"))

        again: list[make.Progress] = []
        make.prepare(data, tmp_path, recipe, report=again.append)
        assert [(stage.stage, stage.done) for stage in again] == [(name, PEOPLE) for name in cache.families]

    def test_an_interrupted_making_goes_on_and_ends_in_the_same_files(
        self, data: Path, tmp_path: Path
    ) -> None:
        from veritile.train.generator import fit, make

        sets = [FaceSet(data, "train"), FaceSet(data, "val")]
        recipe = fit.GeneratorRecipe(faces=4, batch=2, side=SMALL)
        fit.GeneratorRun(tmp_path, recipe, sets[0]).save()
        weights = tmp_path / fit.CHECKPOINT

        def stop(progress: make.Progress) -> None:
            if progress.stage == "shuffle":
                raise Stopped

        with pytest.raises(Stopped):
            make.make_generated(sets, weights, tmp_path / "parts", report=stop)
        assert GeneratedFaces(tmp_path / "parts").families == ("nearest",)
        for folder in ("parts", "whole"):
            make.make_generated(sets, weights, tmp_path / folder, report=lambda _progress: None)
        for family in ("nearest", "shuffle", "super"):
            first, second = (tmp_path / folder / f"{family}.zip" for folder in ("parts", "whole"))
            assert first.read_bytes() == second.read_bytes()
            with zipfile.ZipFile(first) as archive:
                assert archive.testzip() is None

    def test_other_weights_replace_what_the_first_made(self, data: Path, tmp_path: Path) -> None:
        from veritile.train.generator import fit, make

        sets = [FaceSet(data, "val")]
        name = sets[0].pictures[0].file
        seen = []
        for seed in (1, 2):
            run = fit.GeneratorRun(tmp_path / str(seed), fit.GeneratorRecipe(side=SMALL, seed=seed), sets[0])
            run.save()
            weights = tmp_path / str(seed) / fit.CHECKPOINT
            cache = make.make_generated(sets, weights, tmp_path / "out", report=lambda _progress: None)
            seen.append(cache.read(name, "nearest"))
        assert not np.array_equal(*seen)


class TestVersions:
    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch")

    def test_bending_moves_the_features_and_leaves_the_rim(self) -> None:
        from veritile.train.generator.make import Version

        square = align(astronaut(), LANDMARKS)
        moved = 0
        for seed in range(20):
            bent = Version.draw(np.random.default_rng(seed), SIDE).bent(square)
            change = np.abs(bent.astype(int) - square)
            assert change[0].max() == change[-1].max() == change[:, 0].max() == change[:, -1].max() == 0
            moved += change[32:96, 32:96].mean() > 1
        assert 5 < moved < 20  # most are bent, some are left as they are

    def test_a_code_is_mixed_rounded_and_disturbed(self) -> None:
        import torch

        from veritile.train.generator.make import Version

        plain = replace(
            Version.draw(np.random.default_rng(0), SIDE), mixing=0.0, levels=0, noise=0.0, shrinking=2.0
        )
        code, other = torch.rand(8, 4, 4) * 2 - 1, torch.rand(8, 4, 4) * 2 - 1
        assert torch.equal(plain.changed(code, other), code)
        assert torch.allclose(replace(plain, mixing=0.25).changed(code, other), 0.75 * code + 0.25 * other)
        rounded = replace(plain, levels=3).changed(code, other)
        assert set((rounded * 3).round().abs().int().unique().tolist()) <= {0, 1, 2, 3}
        assert torch.allclose(rounded * 3, (rounded * 3).round(), atol=1e-5)
        disturbed = (replace(plain, noise=0.1).changed(code, other) - code).abs()
        assert 0.05 < disturbed.max() <= 0.1001

    def test_a_face_comes_out_the_same_whatever_it_is_batched_with(self) -> None:
        import torch

        from veritile.train.generator.make import FAMILIES, Version, generate
        from veritile.train.generator.nets import Generators

        torch.manual_seed(0)
        nets = Generators().eval()
        square = align(astronaut(), LANDMARKS, SMALL)
        squares = np.stack([square, square[:, ::-1], square[::-1]])
        versions = [Version.draw(np.random.default_rng(seed), SMALL) for seed in range(3)]
        for family in FAMILIES:
            together = generate(nets, squares, squares[::-1], versions, family)
            alone = generate(nets, squares[1:2], squares[1:2], versions[1:2], family)
            assert together.shape == squares.shape
            assert np.abs(together[1].astype(int) - alone[0]).max() <= 1
