"""Where a person looks swapped: stretches of scores above a threshold."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from veritile.video.segments import Scored, suspicious

LOOKS = st.lists(
    st.builds(Scored, st.floats(0, 600), st.floats(-14, 14), st.floats(0.05, 1)), max_size=60
).map(lambda looks: sorted(looks))


def run_of(start: float, end: float, log_odds: float) -> list[Scored]:
    return [Scored(t / 2, log_odds, 1.0) for t in range(int(2 * start), int(2 * end))]


def test_a_swapped_stretch_is_found_where_it_is() -> None:
    looks = run_of(0, 20, -2.0) + run_of(20, 30, 3.0) + run_of(30, 50, -2.0)
    (segment,) = suspicious(looks, 0.52)
    assert 18.5 <= segment.start <= 21
    assert 28.5 <= segment.end <= 31
    assert segment.score > 0.85
    assert segment.start <= segment.worst <= segment.end


def test_one_leaping_frame_is_no_segment() -> None:
    looks = run_of(0, 20, -2.0)
    looks[20] = Scored(10.0, 6.0, 1.0)
    assert suspicious(looks, 0.52) == ()


def test_looks_between_two_leaping_frames_are_no_segment() -> None:
    looks = run_of(0, 10, -1.0)
    for leaping in (8, 12):
        looks[leaping] = looks[leaping]._replace(log_odds=5.0)
    assert suspicious(looks, 0.52) == ()


def test_stretches_a_short_gap_apart_are_one() -> None:
    looks = run_of(0, 5, 3.0) + run_of(6, 10, 3.0) + run_of(20, 25, 3.0)
    assert [(s.start, s.end) for s in suspicious(looks, 0.52)] == [(0, 9.5), (20, 24.5)]


@settings(deadline=None)
@given(LOOKS)
def test_segments_are_in_order_apart_and_made_of_looks(looks: list[Scored]) -> None:
    times = {look.t for look in looks}
    segments = suspicious(looks, 0.52)
    for segment in segments:
        assert {segment.start, segment.end, segment.worst} <= times
        assert 0.52 <= segment.score <= 1
    for before, after in pairwise(segments):
        assert before.end < after.start


@settings(deadline=None)
@given(LOOKS)
def test_a_stricter_threshold_finds_no_more_time(looks: list[Scored]) -> None:
    def seconds(threshold: float) -> float:
        return sum(s.end - s.start for s in suspicious(looks, threshold))

    assert seconds(0.9) <= seconds(0.5) + 1e-6
