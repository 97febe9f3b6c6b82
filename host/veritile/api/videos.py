"""The HTTP routes of videos: `/api/detect`, and jobs with progress, cancel, reports and heat maps."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Final, Literal, TypeVar

import cv2
import msgspec
import numpy as np
from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from veritile.api.jobs import Job
from veritile.api.service import Service
from veritile.api.shapes import Detection, FrameScore, JobState, Prediction, Problem
from veritile.errors import InvalidMessageError, UnknownJobError
from veritile.frame.occlusion import CAPTION, HeatMap
from veritile.video.page import as_page
from veritile.video.record import judges
from veritile.video.table import CsvTable
from veritile.video.worst import frame_at, jpeg, pictures
from veritile.vocabulary import Label

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Problem} for code in (400, 401, 403, 404, 413, 415, 422, 429, 503)
}
_Result = TypeVar("_Result")
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Fps = Annotated[float, Form(gt=0, le=60, description="Frames a second that are looked at")]
Quick = Annotated[bool, Form(description="Look at key frames only")]
Video = Annotated[UploadFile, File(description="MP4, MOV, WebM, MKV, AVI, GIF; or a JPEG or WebP picture")]
Seconds = Annotated[float, Query(ge=0, le=1e6, allow_inf_nan=False)]


def router(service: Service) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api", responses=_PROBLEMS)
    jobs = service.jobs

    async def off_the_loop(work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(service.pool, work)

    @routes.post("/detect")
    async def detect(video: Video, fps: Fps = 2.0, quick: Quick = False) -> Detection:
        """Judge a video and wait for it."""
        job = await jobs.add(video.filename or "", video.file, fps=fps, quick=quick)
        try:
            async for _ in jobs.follow(job):
                pass
            return _detection(job)
        finally:
            if job in jobs.all():
                jobs.remove(job.id)

    @routes.get("/jobs")
    async def list_jobs() -> list[JobState]:
        """Every job, without results."""
        return [job.told().model_copy(update={"result": None}) for job in jobs.all()]

    @routes.post("/jobs", status_code=202)
    async def add_job(video: Video, fps: Fps = 2.0, quick: Quick = False) -> JobState:
        """Judge a video; follow it with its events."""
        return (await jobs.add(video.filename or "", video.file, fps=fps, quick=quick)).told()

    @routes.get("/jobs/{key}")
    async def get_job(key: Key) -> JobState:
        """A job, with its result once it is done."""
        return jobs.get(key).told()

    @routes.delete("/jobs/{key}")
    async def remove_job(key: Key) -> JobState:
        """Cancel a job, and delete video and result."""
        return jobs.remove(key).told()

    @routes.get(
        "/jobs/{key}/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def events(key: Key, request: Request) -> StreamingResponse:
        """Server-sent events: `progress` whenever there is some, then `done`, `failed` or `cancelled`."""
        job = jobs.get(key)

        async def lines() -> AsyncIterator[bytes]:
            async for each in jobs.follow(job):
                name = each.state if each.over else "progress"
                yield f"event: {name}\ndata: {each.told().model_dump_json()}\n\n".encode()
                if await request.is_disconnected():
                    return

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)

    @routes.get("/jobs/{key}/report", response_class=Response)
    async def report(key: Key, form: Annotated[Literal["json", "csv", "html"], Query()] = "json") -> Response:
        """The result as a document; the HTML page has the worst moments and their heat maps."""
        job = _done(jobs.get(key))
        told = job.result or {}
        if form == "json":
            content, kind = msgspec.json.encode(told), "application/json"
        elif form == "csv":
            out = io.StringIO()
            CsvTable(out).write(told)
            content, kind = out.getvalue().encode(), "text/csv; charset=utf-8"
        else:
            found = await off_the_loop(lambda: pictures(service.detector, job.path, told))
            content, kind = as_page([(told, found)]).encode(), "text/html; charset=utf-8"
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", job.name)
        headers = {
            "content-disposition": f'attachment; filename="{name}.{form}"',
            "content-security-policy": "sandbox",
        }
        return Response(content, media_type=kind, headers=headers)

    @routes.get(
        "/jobs/{key}/frame", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
    )
    async def frame(key: Key, t: Seconds = 0.0) -> Response:
        """The frame at `t` seconds as a JPEG of at most 1280 pixels."""
        job = jobs.get(key)

        def work() -> bytes:
            rgb = frame_at(job.path, t)
            scale = min(1.0, 1280 / max(rgb.shape[:2]))
            return jpeg(np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale), np.uint8))

        return Response(await off_the_loop(work), media_type="image/jpeg")

    @routes.get(
        "/jobs/{key}/heatmap", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
    )
    async def heat(key: Key, t: Seconds = 0.0, person: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
        """Where the score of a person's look nearest to `t` seconds came from, as a JPEG of the face."""
        job = _done(jobs.get(key))
        look = _nearest(job, t, person)

        def work() -> HeatMap:
            return service.detector.explain(frame_at(job.path, look["t"]), look["face"])

        found = await off_the_loop(work)
        headers = {"x-veritile-caption": CAPTION, "x-veritile-t": f"{look['t']:.3f}"}
        return Response(jpeg(found.overlay()), media_type="image/jpeg", headers=headers)

    return routes


def _detection(job: Job) -> Detection:
    if job.error is not None:
        raise job.error
    if job.result is None:
        raise UnknownJobError("The video was taken away before it was judged: send it again.")
    verdict, frames = job.result["verdict"], job.result["frames"]
    fps = job.result.get("video", {}).get("fps", 1.0)
    return Detection(
        prediction=Prediction(
            is_deepfake=verdict["label"] == Label.LIKELY_FAKE,
            confidence=verdict["confidence"],
            model="+".join(judges(job.result["model"])),
        ),
        frame_analysis=[
            FrameScore(frame=round(frame["t"] * fps), score=frame["score"])
            for frame in frames
            if frame["score"] is not None
        ],
        processing_time=f"{job.took_s:.2f}s",
    )


def _done(job: Job) -> Job:
    if job.error is not None:
        raise job.error
    if job.result is None:
        raise UnknownJobError("The video is not judged yet: follow its events.")
    return job


def _nearest(job: Job, t: float, person: int) -> dict[str, Any]:
    told = job.result or {}
    people = told.get("people") or [{"person": 1, "frames": told["frames"]}]
    looks = [
        look
        for each in people
        if each["person"] == person
        for look in each["frames"]
        if look["face"] is not None and look["score"] is not None
    ]
    if not looks:
        raise InvalidMessageError(f"Person {person} was never judged: choose another.")
    nearest: dict[str, Any] = min(looks, key=lambda look: abs(look["t"] - t))
    return nearest
