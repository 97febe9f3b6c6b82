"""The command `veritile evaluate`: what it takes. What it does is in `veritile.live.run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from veritile.frame.card import DEFAULT_MODEL
from veritile.reporting import reported
from veritile.vocabulary import Sensitivity

_PATH = click.Path(path_type=Path, readable=False)


def _presets(_: click.Context, __: click.Parameter, value: str) -> tuple[Sensitivity, ...]:
    try:
        return tuple(dict.fromkeys(Sensitivity(name.strip()) for name in value.split(",")))
    except ValueError as error:
        raise click.BadParameter(f"{error}: name some of {', '.join(Sensitivity)}.") from error


@click.command()
@click.option("--live", "paths", multiple=True, type=_PATH, metavar="PATH",
              help="Folder of NAME-real.* and NAME-fake.* videos, or a CSV; repeatable.")  # fmt: skip
@click.option("--presets", default=",".join(Sensitivity), show_default=True, metavar="NAMES",
              callback=_presets, help="Sensitivities to play with, commas between.")  # fmt: skip
@click.option("--minutes", type=click.FloatRange(0.05, 600), default=3.0, show_default=True, metavar="N",
              help="How long each call lasts. Clips up to a minute are shown again and again.")  # fmt: skip
@click.option("--codec", type=click.Choice(["vp8", "vp9", "h264"]),
              help="Send the clips through this encoder first.")  # fmt: skip
@click.option("--kbit", type=click.IntRange(10, 20_000), default=300, show_default=True, metavar="N",
              help="The encoder's kbit/s.")  # fmt: skip
@click.option("--lines", type=click.IntRange(16, 2160), metavar="N",
              help="Scale pictures down to this height; with --codec 360 unless given.")  # fmt: skip
@click.option("--freeze", type=click.FloatRange(0, 0.9), default=0.0, show_default=True, metavar="SHARE",
              help="Share of the time in which the line is frozen, 0.5 to 4 s at a time.")  # fmt: skip
@click.option("--swap-after", type=click.FloatRange(0.1), metavar="S",
              help="Play pairs only: the real clip, which becomes its fake after S seconds.")  # fmt: skip
@click.option("--fps", type=click.FloatRange(0.1, 60), default=2.5, show_default=True, metavar="N",
              help="How many pictures of a table of pictures are shown a second.")  # fmt: skip
@click.option("--model", default=DEFAULT_MODEL, show_default=True, envvar="VERITILE_MODEL", show_envvar=True,
              help="A model's name, or the path of a .onnx.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--write", "page", type=_PATH, metavar="PAGE",
              help="Also make the tables of this Markdown page anew.")  # fmt: skip
@click.option("--record", type=_PATH, metavar="FILE",
              help="Also write every message to FILE, with the pictures in it.")  # fmt: skip
@click.option("--replay", type=_PATH, metavar="FILE",
              help="Play a recording instead, and say whether every verdict is the same.")  # fmt: skip
@click.pass_context
def evaluate(
    context: click.Context,
    paths: tuple[Path, ...],
    presets: tuple[Sensitivity, ...],
    minutes: float,
    codec: str | None,
    kbit: int,
    lines: int | None,
    freeze: float,
    swap_after: float | None,
    fps: float,
    model: str,
    as_json: bool,
    page: Path | None,
    record: Path | None,
    replay: Path | None,
) -> None:
    """Play clips as calls, and measure what the labels are worth.

    Every clip is a participant of a call of its own: the host says when it
    wants the next picture, and gets one as the extension makes them. Time is
    simulated, so an hour takes minutes. docs/live.md explains the figures.

    \b
    veritile evaluate --live CLIPS                        per preset: how soon, how often wrong
    veritile evaluate --live CLIPS --codec vp8            … of what a call's encoder leaves
    veritile evaluate --live CLIPS --swap-after 30        people who are swapped in mid-call
    veritile evaluate --live CLIPS --record calls.msgpack
    veritile evaluate --replay calls.msgpack              exit code 1 when a verdict differs
    """
    if bool(paths) == (replay is not None):
        raise click.UsageError("Give either --live PATH or --replay FILE.")
    if swap_after is not None and swap_after >= 60 * minutes:
        raise click.UsageError("--swap-after must come before the end of the call: see --minutes.")
    with reported():
        from veritile.native.status import MODEL_VARIABLE

        os.environ[MODEL_VARIABLE] = model  # where the host looks
        if replay is not None:
            from veritile.live.run import run_replay

            sys.exit(run_replay(replay, as_json_object=as_json))
        from veritile.live.reel import line_of
        from veritile.live.run import Options, run_evaluate

        options = Options(
            paths, presets, line_of(codec, kbit, lines, freeze), minutes, swap_after, fps, record, page
        )
        run_evaluate(options, as_json_object=as_json, command=_said(context))


def _said(context: click.Context) -> list[str]:
    """The arguments that decide what comes out; paths by their last part alone, for pages are public."""
    said = []
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in ("as_json", "page", "record"):
            value = context.params[name]
            values = [",".join(value)] if name == "presets" else [Path(value)] if name == "model" else value
            for each in values if isinstance(values, list | tuple) else (values,):
                said += [parameter.opts[0], _word(each)]
    return said


def _word(value: object) -> str:
    if isinstance(value, Path):
        return value.name
    return f"{value:g}" if isinstance(value, float) else str(value)
