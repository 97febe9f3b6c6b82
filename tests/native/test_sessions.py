from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.decision import Policy
from veritile.errors import TooManyParticipantsError
from veritile.native.batches import captured_on
from veritile.native.limits import ABSENT_S, CLOCK_NONSENSE_S, PARTICIPANTS
from veritile.native.sessions import Session, Sessions


def full_session() -> Session:
    """p0 was seen at second 0, p1 at 1 and so on."""
    session = Session("call", "meet", Policy())
    for n in range(PARTICIPANTS):
        session.admit(f"p{n}", None, n, n)
    return session


def test_who_has_long_not_been_seen_makes_room() -> None:
    session = full_session()
    session.admit("p0", None, PARTICIPANTS, PARTICIPANTS)  # came back: p1 is now the longest unseen
    session.admit("new", None, ABSENT_S + 1.5, ABSENT_S + 1.5)
    assert "p1" not in session.participants
    assert {"p0", "p2", "new"} <= session.participants.keys()
    assert len(session.participants) == PARTICIPANTS


def test_nobody_seen_lately_is_forgotten_for_a_newcomer() -> None:
    session = full_session()
    with pytest.raises(TooManyParticipantsError):
        session.admit("new", None, ABSENT_S, ABSENT_S)
    assert len(session.participants) == PARTICIPANTS
    assert session.admit("p0", None, ABSENT_S, ABSENT_S).key == "p0"


def test_name_stays_until_another_is_given() -> None:
    session = Session("call", "meet", Policy())
    names = [session.admit("p", name, n, n).name for n, name in enumerate([None, "Ada", None, "Ada L."])]
    assert names == [None, "Ada", "Ada", "Ada L."]


def test_policy_for_all_reaches_what_is_open_and_what_will_be() -> None:
    sessions = Sessions()
    first, second = sessions.open("a", "meet"), sessions.open("b", "meet")
    alone, everywhere = Policy(threshold=0.3), Policy(threshold=0.6)
    sessions.configure(alone, "a")
    assert (first.policy, second.policy) == (alone, Policy())
    sessions.configure(everywhere)
    assert {first.policy, second.policy, sessions.open("c", "meet").policy} == {everywhere}


epochs = st.floats(1.6e9, 4e9)
monotonics = st.floats(0, 1e8)


@given(age=st.floats(0.001, CLOCK_NONSENSE_S - 0.001), epoch=epochs, monotonic=monotonics)
def test_age_is_carried_over_to_the_monotonic_clock(age: float, epoch: float, monotonic: float) -> None:
    assert captured_on((epoch - age) * 1000, epoch, monotonic) == pytest.approx(monotonic - age, abs=1e-4)


@given(captured_at=st.floats(0, 8.64e15), epoch=epochs, monotonic=monotonics)
def test_no_picture_is_from_the_future_or_of_another_age(
    captured_at: float, epoch: float, monotonic: float
) -> None:
    assert monotonic - CLOCK_NONSENSE_S <= captured_on(captured_at, epoch, monotonic) <= monotonic
