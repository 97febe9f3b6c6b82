"""Nobody is in two splits, and every split that is used knows both classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.errors import NoFramesError
from veritile.train.own.split import TEST, TRAIN, VAL, split

REAL, FAKE, BOTH = frozenset({False}), frozenset({True}), frozenset({False, True})
people = st.dictionaries(st.text(max_size=4), st.sampled_from([REAL, FAKE, BOTH]), max_size=40)


@given(people, st.floats(0.05, 0.8), st.integers(0, 5))
def test_every_split_that_is_used_knows_both_classes(
    classes: dict[str, frozenset[bool]], held_out: float, seed: int
) -> None:
    try:
        places = split(classes, held_out=held_out, seed=seed)
    except NoFramesError:
        few = any(sum(fake in kinds for kinds in classes.values()) < 2 for fake in (False, True))
        # Two of a class may be the only ones who keep `train` from lacking the other.
        assert few or len(classes) <= 3
        return
    assert places.keys() == classes.keys()
    for place in (TRAIN, VAL, *({TEST} & set(places.values()))):
        assert {fake for name, at in places.items() if at == place for fake in classes[name]} == {False, True}


def test_the_same_seed_gives_the_same_split_whatever_the_order() -> None:
    names = {f"p{n}": BOTH for n in range(20)}
    first = split(names, held_out=0.3, seed=1)
    assert split(dict(reversed(names.items())), held_out=0.3, seed=1) == first
    assert split(names, held_out=0.3, seed=2) != first


def test_the_share_is_kept_and_halved() -> None:
    places = list(split({f"p{n}": BOTH for n in range(100)}, held_out=0.3, seed=1).values())
    assert [places.count(place) for place in (TRAIN, VAL, TEST)] == [70, 15, 15]


def test_with_two_people_one_is_held_out() -> None:
    places = split({"anna": BOTH, "bert": BOTH}, held_out=0.1, seed=1)
    assert sorted(places.values()) == [TRAIN, VAL]


def test_one_person_of_a_class_is_too_few() -> None:
    with pytest.raises(NoFramesError, match="1 person are in fake"):
        split({"anna": BOTH, "bert": REAL, "carl": REAL}, held_out=0.3, seed=1)
    with pytest.raises(NoFramesError, match="no people"):
        split({"anna": REAL, "bert": REAL}, held_out=0.3, seed=1)
