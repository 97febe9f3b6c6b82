"""The service put together: routes, errors, the dashboard's files, and the guard around all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veritile import __version__
from veritile.api import routes, streams, videos
from veritile.api.guard import STATUS, Guard, told
from veritile.api.service import Service
from veritile.api.settings import Settings
from veritile.errors import (
    ImageError,
    InternalError,
    InvalidMessageError,
    LogUnreadableError,
    UnknownCallError,
    UnknownJobError,
    UnsupportedFormatError,
    VeritileError,
)
from veritile.native.log import logger

_HERE: Final = Path(__file__).parent
_TOKENS: Final = (_HERE / "shared", _HERE.parents[2] / "extension" / "src" / "shared")
"""Where the extension's colours are: in the wheel, and in a checkout."""
_STATUS: Final[dict[type[VeritileError], int]] = STATUS | {
    UnknownJobError: 404,
    UnknownCallError: 404,
    UnsupportedFormatError: 415,
    ImageError: 422,
    InvalidMessageError: 422,
    LogUnreadableError: 503,
}
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def create_app(settings: Settings, token: str, service: Service | None = None) -> ASGIApp:
    """Return the service as an ASGI application; raises ModelError."""
    shared = service or Service(settings, token)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        shared.close()

    app = FastAPI(
        title="Veritile", version=__version__, lifespan=life, docs_url=None, redoc_url=None,
        description="Who in this video is really who they look like? Judged on this computer.",
    )  # fmt: skip
    app.include_router(routes.router(shared))
    app.include_router(videos.router(shared))
    app.include_router(streams.router(shared))
    tokens = next(folder for folder in _TOKENS if folder.is_dir())
    app.mount("/dashboard/shared", StaticFiles(directory=tokens), name="shared")
    app.mount("/dashboard", StaticFiles(directory=_HERE / "static", html=True), name="dashboard")
    app.add_exception_handler(VeritileError, _veritile)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)
    return _Headers(Guard(app, settings, token))


async def _veritile(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VeritileError)
    kinds = [kind for kind in type(error).__mro__ if kind in _STATUS]
    return JSONResponse(told(error), _STATUS[kinds[0]] if kinds else 500)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return JSONResponse(told(InvalidMessageError(f"{where}: {first['msg']}; see the OpenAPI page.")), 422)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = told(InvalidMessageError(f"{error.detail}: see the OpenAPI page."))
    return JSONResponse(body, error.status_code, headers=error.headers)


async def _fault(_: Request, error: Exception) -> JSONResponse:
    logger.error("a request could not be answered", exc_info=error)
    return JSONResponse(told(InternalError("This is a fault of Veritile: its log says more.")), 500)


class _Headers:
    """Puts on every answer what keeps browsers from guessing, framing and remembering."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                page = scope["path"].startswith("/dashboard")
                message["headers"] = [
                    *message["headers"],
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cache-control", b"no-cache" if page else b"no-store"),
                    (b"cross-origin-resource-policy", b"same-origin"),
                    *([(b"content-security-policy", _PAGE_POLICY.encode())] if page else []),
                ]
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)
