"""The networks of the registry: what goes in, what comes out, and what only training has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from veritile.errors import ModelMetadataError  # noqa: E402
from veritile.train.nets import NETWORKS, build, parameter_count  # noqa: E402
from veritile.train.nets.mesonet import Inception, Residual, meso4, meso_inception4  # noqa: E402
from veritile.train.nets.mesoresnet import MAP_SHRINKING, Block, meso_resnet  # noqa: E402
from veritile.train.recipe import Recipe  # noqa: E402

every_network = pytest.mark.parametrize("architecture", sorted(NETWORKS))


def seeded(architecture: str, size: int) -> nn.Module:
    """With statistics as training leaves them, so that something comes through."""
    torch.manual_seed(1)
    net = build(architecture, size=size)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        net.train()(torch.rand(8, 3, size, size))
    return net.eval()


def pictures(count: int, size: int, seed: int = 0) -> "torch.Tensor":
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(seed))


class TestEveryNetwork:
    @every_network
    @pytest.mark.parametrize("size", [64, 96, 160])
    def test_pictures_become_log_odds(self, architecture: str, size: int) -> None:
        net = seeded(architecture, size)
        assert net.size == size
        with torch.no_grad():
            scores = net(pictures(3, size))
        assert scores.shape == (3,)
        assert scores.dtype == torch.float32
        assert torch.isfinite(scores).all()
        assert scores.unique().numel() == 3

    @every_network
    def test_in_use_a_picture_is_judged_alone(self, architecture: str) -> None:
        net, batch = seeded(architecture, 64), pictures(4, 64)
        with torch.no_grad():
            together, alone = net(batch), torch.cat([net(picture[None]) for picture in batch])
            assert torch.allclose(together, alone, atol=1e-4)
            assert torch.equal(net(batch), together)  # chance is for training

    @every_network
    def test_its_size_and_form_decide_its_numbers(self, architecture: str) -> None:
        torch.manual_seed(3)
        first = build(architecture, size=64)
        torch.manual_seed(3)
        second = build(architecture, size=64)
        assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))

    @every_network
    def test_it_is_small_enough_for_a_call(self, architecture: str) -> None:
        assert parameter_count(build(architecture, size=Recipe().size)) <= 5_000_000

    @every_network
    def test_every_weight_learns(self, architecture: str) -> None:
        net = build(architecture, size=64).train()
        scores = (
            net.score_and_map(pictures(4, 64)) if hasattr(net, "score_and_map") else (net(pictures(4, 64)),)
        )
        sum(out.square().sum() for out in scores).backward()
        silent = [n for n, p in net.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
        assert not silent

    @every_network
    def test_layout_in_memory_does_not_matter(self, architecture: str) -> None:
        net, batch = seeded(architecture, 64), pictures(2, 64)
        with torch.no_grad():
            assert torch.allclose(net(batch), net(batch.to(memory_format=torch.channels_last)), atol=1e-4)

    def test_the_shipped_recipes_is_among_them(self) -> None:
        assert Recipe().architecture in NETWORKS

    def test_an_unknown_one_is_named_beside_those_that_there_are(self) -> None:
        with pytest.raises(ModelMetadataError, match="no network 'xception'") as caught:
            build("xception", size=64)
        assert all(name in str(caught.value) for name in NETWORKS)


class TestMesoNet:
    def test_parameter_counts_are_the_papers(self) -> None:
        assert parameter_count(meso_inception4()) == 28_615
        assert parameter_count(meso4()) == 27_977

    def test_branches_stand_side_by_side_with_growing_reach(self) -> None:
        """A point of the input reaches 0, 1, 2 and 3 places far."""
        module = Inception(3, 1, 4, 4, 2)
        for parameter in module.parameters():
            nn.init.constant_(parameter, 0.5)
        blank, point = torch.zeros(1, 3, 15, 15), torch.zeros(1, 3, 15, 15)
        point[0, :, 7, 7] = 1
        with torch.no_grad():
            change = (module(point) - module(blank))[0]
        for channel, reach in zip((0, 1, 5, 9), (0, 1, 2, 3), strict=True):
            ys, xs = change[channel].nonzero(as_tuple=True)
            assert (ys - 7).abs().max() == (xs - 7).abs().max() == reach

    @given(st.integers(0, 1000), st.floats(-0.5, 0.5))
    @settings(max_examples=20, deadline=None)
    def test_a_residual_is_blind_for_light_and_flat_colour(self, seed: int, light: float) -> None:
        texture, residual = pictures(1, 24, seed), Residual()
        assert torch.allclose(residual(texture + light), residual(texture), atol=1e-5)
        assert residual(torch.full((1, 3, 24, 24), 0.5)).abs().max() < 1e-5
        assert residual(texture).std() > 1

    def test_folding_changes_no_answer(self) -> None:
        net, batch = seeded("mesoinception4", 64), pictures(3, 64)
        with torch.no_grad():
            assert torch.allclose(net.folded()(batch), net(batch), atol=1e-4)


class TestMesoResNet:
    def test_the_score_is_the_same_with_and_without_the_map(self) -> None:
        net, batch = seeded("mesoresnet", 64), pictures(3, 64)
        with torch.no_grad():
            scores, places = net.score_and_map(batch)
            assert torch.equal(net(batch), scores)
        assert places.shape == (3, 64 // MAP_SHRINKING, 64 // MAP_SHRINKING)

    @pytest.mark.parametrize(("row", "column"), [(2, 2), (2, 13), (9, 4), (13, 13)])
    def test_the_map_answers_for_the_place_that_changed(self, row: int, column: int) -> None:
        net, batch = seeded("mesoresnet", 128), pictures(1, 128)
        changed = batch.clone()
        place = (
            slice(row * MAP_SHRINKING, (row + 1) * MAP_SHRINKING),
            slice(column * MAP_SHRINKING, (column + 1) * MAP_SHRINKING),
        )
        changed[:, :, *place] = 1 - changed[:, :, *place]
        with torch.no_grad():
            moved = (net.score_and_map(changed)[1] - net.score_and_map(batch)[1]).abs()[0]
        weight = (moved / moved.sum()).double().numpy()
        ys, xs = np.indices(weight.shape)
        assert ((weight * ys).sum(), (weight * xs).sum()) == pytest.approx((row, column), abs=1.5)

    def test_chance_is_a_seeds_and_only_in_training(self) -> None:
        net, batch = seeded("mesoresnet", 32).train(), pictures(4, 32)

        def scores(seed: int) -> torch.Tensor:
            torch.manual_seed(seed)
            with torch.no_grad():
                return net(batch)

        assert torch.equal(scores(1), scores(1))
        assert not torch.equal(scores(1), scores(2))

    def test_a_block_without_change_of_form_adds_to_what_it_is_given(self) -> None:
        block = Block(8, 8).eval()
        nn.init.zeros_(block.second[1].weight)  # the last normalisation: nothing is added
        x = torch.rand(2, 8, 10, 10)
        with torch.no_grad():
            assert torch.equal(block(x), functional.relu(x))

    @pytest.mark.parametrize("stride", [1, 2])
    def test_a_block_of_another_form_shrinks_by_its_stride(self, stride: int) -> None:
        with torch.no_grad():
            assert Block(4, 6, stride).eval()(torch.rand(2, 4, 12, 12)).shape == (
                2,
                6,
                12 // stride,
                12 // stride,
            )

    def test_reduced_precision_says_nearly_the_same(self) -> None:
        """Training runs in bfloat16; what is shipped does not."""
        net, batch = seeded("mesoresnet", 64), pictures(8, 64)
        with torch.no_grad():
            exact = net(batch)
            with torch.autocast("cpu", torch.bfloat16):
                reduced = net(batch).float()
        assert torch.allclose(exact, reduced, atol=0.05 * float(exact.abs().max()) + 0.05)

    def test_no_size_changes_the_number_of_weights(self) -> None:
        assert parameter_count(meso_resnet(size=64)) == parameter_count(meso_resnet(size=160))
