"""What the client asks of a challenge, and what it gets."""

from __future__ import annotations

from random import SystemRandom

from msgspec import UNSET
from msgspec.structs import replace

from veritile.decision.challenge import draw
from veritile.decision.challenge.words import Answer, Why
from veritile.errors import NoChallengeError
from veritile.native.challenge_parts import Action
from veritile.native.challenges import REFERENCE, Live
from veritile.native.clock import Clock
from veritile.native.journal import Journal
from veritile.native.messages import ChallengeRequest, ChallengeTold, PictureRequest, PictureTold
from veritile.native.sessions import Participant, Session


def asked(request: ChallengeRequest, session: Session, journal: Journal, clock: Clock) -> ChallengeTold:
    """Do what is asked for, and tell how the challenge then stands; raises NoChallengeError."""
    person = _person(session, request.participant)
    now = clock.monotonic()
    if request.action is Action.START:
        person.challenge = Live(draw(SystemRandom()), now, mirrored=request.mirrored is True)
    live = _live(person)
    live.pass_time(now)
    match request.action:
        case Action.MORE_TIME:
            live.more_time()
        case Action.SKIP:
            live.skip()
        case Action.CANCEL:
            live.end(Why.CANCELLED if request.why is UNSET else request.why)
        case Action.ANSWER if request.answer is not UNSET:
            _answer(request.answer, request.keep is True, live, session, person, journal)
        case Action.FORGET:
            live.end(Why.CANCELLED)
            person.challenge = None
    return replace(live.told(session.key, person.key), re=request.id)


def picture(request: PictureRequest, session: Session) -> PictureTold:
    """Return a picture; raises NoChallengeError when there is none."""
    person = _person(session, request.participant)
    step = REFERENCE if request.step is UNSET else request.step
    kept = _live(person).pictures.get(step)
    if kept is None:
        raise NoChallengeError("There is no such picture (any more): go by what `challenge` tells.")
    return PictureTold(
        re=request.id,
        session=session.key,
        participant=person.key,
        step=request.step,
        jpeg=kept.jpeg,
        captured_at=kept.captured_at,
        box=UNSET if kept.box is None else kept.box,
        yaw=UNSET if kept.yaw is None else round(kept.yaw, 1),
    )


def _answer(
    answer: Answer, keep: bool, live: Live, session: Session, person: Participant, journal: Journal
) -> None:
    _, pictures = live.answer(answer, person.verdict.label)
    if keep:
        told = live.told(session.key, person.key)
        journal.challenged(session, told, answer, [(p.captured_at, p.jpeg) for p in pictures.values()])


def _person(session: Session, key: str) -> Participant:
    person = session.participants.get(key)
    if person is None:
        raise NoChallengeError(
            "This person has not been looked at yet: wait for a picture of them, then try again."
        )
    return person


def _live(person: Participant) -> Live:
    if person.challenge is None:
        raise NoChallengeError("There is no challenge for this participant: send the action `start` first.")
    return person.challenge
