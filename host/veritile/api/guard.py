"""Who may ask: names and pages that are allowed, the token, how often, and how much.

The service listens on this computer only, yet any page that the user opens can send
requests there. So a request must be for a name of this computer (a page could let its
own name point here), come from no other page, and carry the token. Everything is
checked before any of the body is read.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veritile.api.settings import Settings
from veritile.errors import ImageTooLargeError, NotAllowedError, TooManyRequestsError, VeritileError

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SMALL_BODY: Final = 8 << 20
"""Bytes of a request that is no upload: a picture in base64."""
PASSED_OVER: Final = 32 << 20
"""Bytes of a refused request that are read and thrown away."""
_PATIENCE_S: Final = 5.0
TOKEN_PROTOCOL: Final = "veritile.token."
"""What precedes the token among a browser's WebSocket subprotocols: it can send no header of its own."""
_PUBLIC: Final = ("/dashboard", "/favicon.ico")
_UPLOADS: Final = ("/api/detect", "/api/jobs")
_ADDRESSES: Final = 1024


class Guard:
    """ASGI middleware around the whole service."""

    def __init__(
        self, app: ASGIApp, settings: Settings, token: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._token = token
        self._hosts = LOOPBACK | {settings.host} | set(settings.allowed_hosts)
        self._origins = frozenset(settings.allowed_origins)
        self._upload = settings.upload_mb << 20
        self._rate = settings.requests_per_minute
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what may not be asked; hand on the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._upload if scope["path"] in _UPLOADS else SMALL_BODY
        try:
            self._check_sender(headers)
            self._check_rate(scope)
            if not _public(scope["path"]):
                self._check_token(scope, headers)
            length = headers.get("content-length", "0")
            if not length.isascii() or not length.isdigit() or int(length) > limit:
                raise _too_large(limit)
        except VeritileError as error:
            if scope["type"] == "http":
                await _pass_over(receive, headers)
            await _refuse(scope, receive, send, error)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await _bounded(self._app, limit, scope, receive, send)

    def _check_sender(self, headers: Headers) -> None:
        host = _hostname(f"//{headers.get('host', '')}")
        if host not in self._hosts:
            raise NotAllowedError(f"The name {host[:80]!r} is not one of this service: see allowed_hosts.")
        origin = headers.get("origin")
        if origin is not None:
            own = urlsplit(origin).netloc == headers.get("host") and origin.startswith(
                ("http://", "https://")
            )
            if not own and origin not in self._origins:
                raise NotAllowedError("Pages of other origins may not use this service: see allowed_origins.")
        elif headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise NotAllowedError("Pages of other origins may not use this service: see allowed_origins.")

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not given and scope["type"] == "websocket":
            offered = [name for name in scope.get("subprotocols", ()) if name.startswith(TOKEN_PROTOCOL)]
            query = parse_qs(scope["query_string"].decode("ascii", "replace")).get("token", [""])
            given = offered[0].removeprefix(TOKEN_PROTOCOL) if offered else query[0]
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            raise NotAllowedError(
                "The token is missing or wrong: send `Authorization: Bearer TOKEN` with what "
                "`veritile serve --token` prints."
            )

    def _check_rate(self, scope: Scope) -> None:
        """A bucket for each address that holds a minute's requests and fills evenly."""
        client = (scope.get("client") or ("?", 0))[0]
        at, left = self._spent.pop(client, (self._now(), float(self._rate)))
        now = self._now()
        left = min(float(self._rate), left + (now - at) * self._rate / 60.0)
        self._spent[client] = (now, max(0.0, left - 1.0))
        while len(self._spent) > _ADDRESSES:
            self._spent.popitem(last=False)
        if left < 1.0:
            raise TooManyRequestsError(f"Over {self._rate} requests a minute: wait a moment.")


def _public(path: str) -> bool:
    """The dashboard's own files hold nothing of anybody: what they show, they fetch with the token."""
    return path in _PUBLIC or path.startswith("/dashboard/")


async def _bounded(app: ASGIApp, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Run `app`, counting what comes where no length was told: beyond the limit the request is refused."""
    taken, refused = 0, False

    async def counted() -> Message:
        nonlocal taken, refused
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit and not refused:
            refused = True
            await _refuse(scope, receive, send, _too_large(limit))
        return {"type": "http.disconnect"} if refused else message

    async def sent(message: Message) -> None:
        if not refused:
            await send(message)

    await app(scope, counted, sent)


def _too_large(limit: int) -> ImageTooLargeError:
    return ImageTooLargeError(
        f"The request has over {limit >> 20} MiB, which is more than is taken: see upload_mb."
    )


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def _pass_over(receive: Receive, headers: Headers) -> None:
    """Read what little is on its way, so that the client hears why; a large body is left where it is."""
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > PASSED_OVER:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            while (await receive()).get("more_body"):
                pass


STATUS: Final[dict[type[VeritileError], int]] = {
    ImageTooLargeError: 413,
    NotAllowedError: 403,
    TooManyRequestsError: 429,
}


async def _refuse(scope: Scope, receive: Receive, send: Send, error: VeritileError) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": str(error)[:120]})
        return
    body = json.dumps(told(error)).encode()
    status = 401 if "token" in str(error) and isinstance(error, NotAllowedError) else STATUS[type(error)]
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 429:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def told(error: VeritileError) -> dict[str, object]:
    """How every error is answered."""
    return {"status": "error", "error": {"code": error.code, "text": str(error)}}
