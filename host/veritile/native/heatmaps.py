"""Where a participant's score comes from, asked of the process that looks while its looks go on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from veritile.errors import NothingSeenError, TooManyRequestsError, VeritileError
from veritile.native.analyzer import Analyzer
from veritile.native.limits import HEATMAPS_WAITING
from veritile.native.log import logger
from veritile.native.messages import HeatmapRequest, HeatmapTold
from veritile.native.sessions import Session, Sighting


class Heatmaps:
    """Answers each request from a thread of its own, one after the other. Used from one thread."""

    def __init__(
        self,
        send: Callable[[HeatmapTold], None],
        refuse: Callable[[Exception, int], None],
        analyzer: Callable[[], Analyzer | None],
    ) -> None:
        """`refuse` is told what went wrong, and with which request; it may come from any thread."""
        self._send = send
        self._refuse = refuse
        self._analyzer = analyzer
        self._room = threading.Semaphore(HEATMAPS_WAITING)
        self._turn = threading.Lock()

    def ask(self, request: HeatmapRequest, session: Session) -> None:
        """Begin; raises NothingSeenError, TooManyRequestsError."""
        person = session.participants.get(request.participant)
        seen = None if person is None else person.strongest_look
        analyzer = self._analyzer()
        if seen is None or analyzer is None:
            raise NothingSeenError("No face of this participant could be judged yet: ask again when one was.")
        if not self._room.acquire(blocking=False):
            raise TooManyRequestsError("Other heat maps are being drawn: ask again when they are done.")
        work = threading.Thread(
            target=self._draw, args=(request, seen, analyzer), name="veritile-heatmap", daemon=True
        )
        work.start()

    def _draw(self, request: HeatmapRequest, seen: Sighting, analyzer: Analyzer) -> None:
        try:
            with self._turn:
                jpeg = analyzer.explain_encoded(seen.jpeg, seen.face.box)
            told = HeatmapTold(
                re=request.id,
                session=request.session,
                participant=request.participant,
                jpeg=jpeg,
                captured_at=seen.captured_at,
                score=round(seen.face.score or 0.0, 4),
            )
        except Exception as error:
            if not isinstance(error, VeritileError):
                logger.exception("a heat map could not be drawn")
            self._refuse(error, request.id)
        else:
            self._send(told)
        finally:
            self._room.release()
