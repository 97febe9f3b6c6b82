"""How soon to look again: what the evidence asks for, and what the machine may give."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import HEIGHT, INDEPENDENT, PATIENT, WIDTH, empty, frame, look, stream, unjudged, watch
from veritile.decision import Observation, Pacer, Reference, Scorer, Tile
from veritile.vocabulary import Label, Reason


def settled() -> Tile:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0, count=20))
    return tile


class TestWish:
    def test_a_burst_at_the_start_until_there_is_a_label(self) -> None:
        tile = Tile(scorer=INDEPENDENT)
        assert tile.verdict.next_sample_ms == 400
        assert [tile.observe(seen).next_sample_ms for seen in stream(-1.0, count=3)] == [400, 400, 5000]

    def test_no_burst_beyond_fifteen_frames_and_patience_for_25_seconds_with_who_is_neither(self) -> None:
        waits = [observed.next_sample_ms for observed in map(Tile().observe, stream(0.0, count=40))]
        assert waits == [400] * 14 + [1000] * 11 + [5000] * 15

    def test_who_looks_real_and_swapped_alike_is_settled_as_soon_as_the_test_has_ended(self) -> None:
        tile = Tile(scorer=Scorer(0.05, Reference.of({"<100": [0.0]}, [-2.0] * 20)))
        assert [tile.observe(seen).next_sample_ms for seen in stream(-1.0, count=3)] == [400, 400, 5000]
        assert tile.verdict.reason is Reason.UNDECIDED

    def test_a_suspicion_of_thirty_independent_looks_is_hurried_no_more(self) -> None:
        tile = settled()
        waits = [tile.observe(seen).next_sample_ms for seen in stream(1.6, start=20, count=34)]
        assert waits == [1000] * 29 + [2500] * 5
        fresh = [tile.observe(seen).next_sample_ms for seen in stream(-2.75, start=54, count=8)]
        assert fresh[-1] == 5000
        assert tile.observe(frame(62, 1.6)).next_sample_ms == 1000

    @pytest.mark.parametrize("kind", ["empty", "unjudged"])
    def test_what_cannot_be_judged_stops_being_hurried(self, kind: str) -> None:
        tile = Tile()
        seen = [empty(n) if kind == "empty" else unjudged(n, Reason.BLURRED) for n in range(20)]
        assert [tile.observe(one).next_sample_ms for one in seen] == [400] * 14 + [2500] * 6

    def test_a_label_whose_face_is_gone_is_not_hurried(self) -> None:
        tile = settled()
        assert watch(tile, [empty(20)]).next_sample_ms == 2500

    def test_one_strong_look_quickens_and_so_does_evidence(self) -> None:
        tile = settled()
        assert watch(tile, [frame(20, 1.4)]).next_sample_ms == 5000
        assert watch(tile, [frame(21, 1.5)]).next_sample_ms == 1000  # 2.9 is more than a quarter of 10.49
        assert watch(tile, [frame(22, -0.1)]).next_sample_ms == 1000
        assert watch(tile, [frame(23, -0.5)]).next_sample_ms == 5000
        assert watch(settled(), [frame(20, 1.5)]).next_sample_ms == 1000
        assert watch(settled(), [frame(20, 2.0)]).next_sample_ms == 1000

    @pytest.mark.parametrize(("log_odds", "label"), [(1.0, Label.SUSPECT), (2.0, Label.LIKELY_FAKE)])
    def test_suspects_are_watched_closely_and_urgently(self, log_odds: float, label: Label) -> None:
        tile = settled()
        assert not tile.verdict.urgent
        verdict = watch(tile, stream(log_odds, start=20, count=6))
        assert (verdict.label, verdict.next_sample_ms, verdict.urgent) == (label, 1000, True)
        calmer = watch(tile, [frame(26, -1.0)])
        assert (calmer.label, calmer.next_sample_ms, calmer.urgent) == (label, 1000, True)

    def test_a_change_of_the_tile_quickens_once(self) -> None:
        tile = settled()
        larger = Observation(20, (look(-2.0, box=(500, 160, 260, 320)),), 2 * WIDTH, 2 * HEIGHT)
        assert tile.observe(larger).next_sample_ms == 1000
        again = Observation(21, larger.looks, 2 * WIDTH, 2 * HEIGHT)
        assert tile.observe(again).next_sample_ms == 5000

    def test_a_new_face_is_hurried(self) -> None:
        two = (look(-2.0), look(-2.0, box=(10, 10, 60, 80)))
        assert settled().observe(Observation(20, two, WIDTH, HEIGHT)).next_sample_ms == 400


COST_MS = st.floats(0.1, 60)
TURNS = st.lists(st.tuples(st.sampled_from([400, 1000, 2500, 5000]), st.booleans()), min_size=1, max_size=49)


def paced(pacer: Pacer, turns: list[tuple[int, bool]]) -> list[int]:
    """The waits once everybody's wish is known."""
    for key, (wish, urgent) in enumerate(turns):
        pacer.next_ms(key, 0.0, wish, urgent=urgent)
    return [pacer.next_ms(key, 0.0, wish, urgent=urgent) for key, (wish, urgent) in enumerate(turns)]


def costly(ms: float, cores: int = 4) -> Pacer:
    pacer = Pacer(cores)
    pacer.spent(ms)
    return pacer


class TestPacer:
    @PATIENT
    @given(COST_MS, TURNS)
    def test_the_sum_stays_within_the_share_and_nobody_waits_beyond_30_s(
        self, cost: float, turns: list[tuple[int, bool]]
    ) -> None:
        pacer = costly(cost)
        waits = paced(pacer, turns)
        assert all(wish <= wait <= 30_000 for (wish, _), wait in zip(turns, waits, strict=True))
        work = sum(cost / wait for wait in waits if wait < 30_000)
        assert work <= pacer.budget * 1.01

    @PATIENT
    @given(COST_MS, TURNS)
    def test_who_asks_for_the_same_gets_the_same_and_a_suspicion_no_later(
        self, cost: float, turns: list[tuple[int, bool]]
    ) -> None:
        waits = paced(costly(cost), turns)
        granted = dict(zip(turns, waits, strict=True))
        assert all(granted[turn] == wait for turn, wait in zip(turns, waits, strict=True))
        calm = sum(1 / wish for wish, urgent in turns if not urgent)
        if calm >= sum(1 / wish for wish, urgent in turns if urgent):
            for wish, urgent in turns:
                if urgent and (wish, False) in granted:
                    assert granted[wish, True] <= granted[wish, False]

    def test_what_fits_is_granted(self) -> None:
        assert paced(costly(15.0), [(5000, False)] * 49) == [5000] * 49
        assert paced(Pacer(), [(400, False)] * 49) == [400] * 49

    def test_what_does_not_fit_is_stretched_alike(self) -> None:
        """49 x 15 ms each 400 ms is 1.84 s of work a second, of which 5 % of 4 cores, 0.2 s, are granted."""
        assert set(paced(costly(15.0), [(400, False)] * 49)) == {round(400 * 49 * 15 / 400 / 0.2)}

    def test_suspicions_go_first_but_leave_a_quarter(self) -> None:
        """Calm 40 x 10 / 1000 = 0.4 s a second, suspicions 0.1 s, granted 0.2 s."""
        waits = paced(costly(10.0), [(1000, True)] * 10 + [(1000, False)] * 40)
        assert waits == [1000] * 10 + [4000] * 40
        waits = paced(costly(10.0), [(1000, True)] * 40 + [(1000, False)] * 10)
        assert waits == [round(1000 * 0.4 / 0.15)] * 40 + [2000] * 10

    def test_suspicions_take_what_the_others_leave(self) -> None:
        waits = paced(costly(10.0), [(1000, True)] * 30 + [(5000, False)] * 10)
        assert waits == [round(1000 * 0.3 / 0.18)] * 30 + [5000] * 10

    def test_saving_halves_the_looks_and_the_work(self) -> None:
        saving = costly(15.0)
        saving.saving = True
        assert paced(saving, [(5000, False)] * 9) == [10_000] * 9
        assert paced(saving, [(400, False)] * 49) == [round(2 * 400 * 49 * 15 / 400 / 0.2)] * 49

    def test_the_cost_is_a_running_mean(self) -> None:
        pacer = costly(10.0, cores=1)
        pacer.spent(20.0)
        assert paced(pacer, [(400, False)] * 10) == [round(400 * 10 * 11.0 / 400 / 0.05)] * 10

    def test_who_has_left_no_longer_counts(self) -> None:
        pacer = costly(15.0)
        crowded = paced(pacer, [(400, False)] * 49)[0]
        assert pacer.next_ms("new", 90.0, 400, urgent=False) > crowded
        pacer.next_ms("new", 91.0, 400, urgent=False)
        assert pacer.next_ms("new", 91.1, 400, urgent=False) == 400

    @pytest.mark.parametrize("ms", [-1.0, math.nan, math.inf])
    def test_what_is_no_cost_is_refused(self, ms: float) -> None:
        with pytest.raises(ValueError, match="cost"):
            Pacer().spent(ms)

    @pytest.mark.parametrize(("cores", "share"), [(0, 0.05), (1, 0.0), (1, 1.1), (1, math.nan)])
    def test_a_machine_that_is_none_is_refused(self, cores: int, share: float) -> None:
        with pytest.raises(ValueError, match="granted"):
            Pacer(cores, share)
        assert Pacer(2, 1.0).budget == 2.0
