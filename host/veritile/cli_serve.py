"""The `veritile serve` command. What it needs is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from veritile.reporting import reported

LIBRARIES = ("fastapi", "uvicorn", "websockets", "multipart", "pydantic_settings", "prometheus_client")


@click.command()
@click.option("--host", help="Address to listen on; this computer only unless told.")
@click.option("--port", type=int, help="TCP port; 8477 unless told, 0 takes a free one.")
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A TOML file of settings."
)
@click.option("--token", "show_token", is_flag=True, help="Print the token of this installation, and end.")
def serve(host: str | None, port: int | None, config: Path | None, show_token: bool) -> None:
    """Serve the dashboard, and pictures and videos of other programs, on this computer.

    It prints the dashboard's address, which holds the token of this
    installation: whoever has it may send pictures and read the log of calls.
    Settings come from VERITILE_* and a TOML file; docs/api.md lists them.
    Ctrl-C ends it.
    """
    import importlib.util
    import os

    from veritile.errors import ServerError
    from veritile.extras import how_to_install

    with reported():
        missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
        if missing:
            raise ServerError(f"This needs {', '.join(missing)}: run {how_to_install('server')}")
        from veritile.api.access import read_token
        from veritile.api.settings import PREFIX, read_settings

        token = read_token()
        if show_token:
            click.echo(token)
            sys.exit(0)
        for name, value in (("HOST", host), ("PORT", port)):
            if value is not None:
                os.environ[f"{PREFIX}{name}"] = str(value)  # over what was there, and over the file
        settings = read_settings(config)
        # The card that streams are told of is read anew, by this name.
        os.environ[f"{PREFIX}MODEL"] = settings.model
        from veritile.api.server import run

        run(settings, token)
