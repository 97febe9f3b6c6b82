"""The process of `veritile serve`: a socket, the service on it, and a line that says where."""

from __future__ import annotations

import logging
import socket

import click
import uvicorn

from veritile.api.app import create_app
from veritile.api.guard import LOOPBACK
from veritile.api.settings import Settings
from veritile.errors import ServerError
from veritile.native import log

_BODY_WAIT_S = 5


def run(settings: Settings, token: str) -> None:
    """Serve until Ctrl-C or SIGTERM; raises ServerError, ModelError."""
    log.start()
    log.logger.setLevel(settings.log_level.upper())
    app = create_app(settings, token)
    listening = _listen(settings)
    port = listening.getsockname()[1]
    name = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"
    name = f"[{name}]" if ":" in name else name
    click.echo(f"Veritile is at http://{name}:{port}/dashboard/#token={token}")
    if settings.host not in LOOPBACK:
        click.echo("Note: other computers can reach it; nothing is encrypted on the way.", err=True)
    click.echo("Ctrl-C ends it.")
    config = uvicorn.Config(
        app,
        log_level=settings.log_level if settings.log_level != "info" else "warning",
        access_log=False,  # an address could hold what a client put into it
        ws_max_size=8 << 20,
        ws_max_queue=8,
        timeout_graceful_shutdown=_BODY_WAIT_S,
        server_header=False,
    )
    logging.getLogger("uvicorn.error").addHandler(log.logger.handlers[0])
    uvicorn.Server(config).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(1024)  # who reads the address may connect at once
    except (OSError, UnicodeError) as error:
        listening.close()
        raise ServerError(
            f"host {settings.host}, port {settings.port} cannot be listened on ({error}): choose others."
        ) from error
    return listening
