"""The HTTP routes, but those of videos."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any

import msgspec
from fastapi import APIRouter, Response

from veritile import __version__
from veritile.api.metrics import figures
from veritile.api.service import Service, log_file
from veritile.api.shapes import About, FoundFace, Health, Picture, PictureResult, Problem, Session
from veritile.api.streams import picture
from veritile.errors import UnknownCallError
from veritile.store.reading import document, listed, named, opened
from veritile.video.result import TimedResult

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem} for code in (400, 401, 403, 404, 413, 415, 422, 429, 503)
}


def router(service: Service) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(responses=_PROBLEMS)

    @routes.get("/")
    def about() -> About:
        """What this is."""
        return About(
            version=__version__,
            model=service.detector.model.name,
            dashboard="/dashboard/",
            openapi="/openapi.json",
        )

    @routes.get("/health")
    async def health() -> Health:
        """How the service is doing."""
        model, temporal = service.detector.model, service.detector.temporal
        return Health(
            model=f"{model.name} {model.version}",
            temporal=None if temporal is None else f"{temporal.name} {temporal.version}",
            provider=model.provider,
            threshold=service.threshold,
            queue=service.jobs.waiting,
            sessions=len(service.live),
            memory=service.memory,
            processed=service.counters.processed,
            dropped=service.counters.dropped,
            uptime_s=round(time.monotonic() - service.started, 1),
            version=__version__,
        )

    @routes.get("/sessions")
    async def sessions() -> list[Session]:
        """The WebSocket sessions that are open."""
        return [live.told() for live in service.live.values()]

    @routes.get("/logs")
    def logs() -> list[dict[str, Any]]:
        """The calls of the log, the newest first."""
        service.journal.flush(1.0)
        path = log_file(service.settings)
        if path is None:
            return []
        with opened(path) as connection:
            calls = [] if connection is None else listed(connection, 200)
        return [
            {
                "session_id": call.session,
                "client": call.client,
                "platform": call.platform,
                "opened_at": call.opened_at,
                "closed_at": call.closed_at,
                "participants": [
                    {"participant": who, "name": name, "label": label, "worst": worst}
                    for who, (name, label, worst) in call.people.items()
                ],
            }
            for call in calls
        ]

    @routes.get("/logs/{session_id}")
    def log(session_id: str) -> dict[str, Any]:
        """One call of the log, by the log's own id or the stream's `session_id`."""
        service.journal.flush(1.0)
        path = log_file(service.settings)
        if path is None:
            raise UnknownCallError("There is no log of calls.")
        with opened(path) as connection:
            if connection is None:
                raise UnknownCallError("The log holds no call yet.")
            key = _of_stream(connection, session_id) or named(connection, session_id)
            found = document(connection, key, exported_at=int(time.time() * 1000))
        return msgspec.json.decode(msgspec.json.encode(found), type=dict[str, Any])

    @routes.post("/analyze/frame")
    async def analyze_frame(asked: Picture) -> PictureResult:
        """Judge one picture."""
        began = time.perf_counter()
        data = picture(asked.image)
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(service.pool, service.detector.analyze_image, data)
        verdict = service.detector.conclude([TimedResult(0.0, result)])
        service.counters.count(processed=1)
        return PictureResult(
            authenticity_score=None if verdict.score is None else round(1.0 - verdict.score, 4),
            label=verdict.label,
            confidence=round(verdict.confidence, 4),
            processing_time_ms=round((time.perf_counter() - began) * 1000, 1),
            reason=verdict.reason,
            faces=[
                FoundFace(face=look.box, score=look.score, quality=look.quality, reason=look.reason)
                for look in result.looks
            ],
        )

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(figures(service), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def _of_stream(connection: sqlite3.Connection, client: str) -> str | None:
    """The log's id of the newest call that a client called so."""
    return next((call.session for call in listed(connection, 200) if call.client == client), None)
