"""The work of `veritile evaluate`: clips in, figures out; and recordings played again."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from veritile.errors import FileUnreadableError, ModelError
from veritile.frame.card import read_card
from veritile.live.call import Call, Scene, play
from veritile.live.host import EPOCH_MS, PlayedHost
from veritile.live.recording import Exchange, Header, Recorder, Recording
from veritile.live.reel import UNTOUCHED, Clip, Line
from veritile.live.replay import Replay, replay
from veritile.live.report import Report, as_json, filled, markdown, show
from veritile.live.sources import Source, find, pairs
from veritile.native.analyzer import Analyzer, load_analyzer
from veritile.native.messages import ClientMessage, HostMessage, Model
from veritile.native.status import chosen_model
from veritile.scorer import read_scorer
from veritile.train.progress import progress_bar, rate
from veritile.vocabulary import Sensitivity

SAME, DIFFERENT = 0, 1


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for."""

    paths: tuple[Path, ...]
    """Folders of videos, and tables."""
    presets: tuple[Sensitivity, ...] = tuple(Sensitivity)
    line: Line = UNTOUCHED
    minutes: float = 3.0
    """That every call lasts."""
    swap_s: float | None = None
    """When the real clips of pairs become fake, seconds; None plays every clip as it is."""
    fps: float = 2.5
    """How fast the pictures of tables are shown, a second."""
    record: Path | None = None
    page: Path | None = None
    """Where the block of these conditions is made anew."""

    @property
    def conditions(self) -> str:
        """What is done to the clips."""
        return str(self.line) + (f", swapped after {self.swap_s:g} s" if self.swap_s is not None else "")


def run_evaluate(options: Options, *, as_json_object: bool, command: Sequence[str]) -> None:
    """Play clips and print what came of it.

    Args:
        options: what is played, and how.
        as_json_object: print one JSON object instead of tables.
        command: the arguments of the command line, for the page.

    Raises VeritileError.
    """
    if options.page is not None:
        filled(options.page, options.conditions, None)  # before minutes of work are lost
    report = evaluate(options, Console(stderr=True), command)
    if options.page is not None:
        text = filled(options.page, options.conditions, markdown(report))
        try:
            options.page.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FileUnreadableError(
                f"{options.page} cannot be written ({error.strerror}): check its permissions."
            ) from error
    if as_json_object:
        sys.stdout.write(json.dumps(as_json(report)) + "\n")
    else:
        show(report, Console(width=None if sys.stdout.isatty() else 160))


def evaluate(options: Options, console: Console, command: Sequence[str] = ()) -> Report:
    """Play every clip with every preset. Raises VeritileError."""
    found = find(options.paths, options.fps)
    scenes, unpaired = _scenes(found.sources, options)
    analyzer = load_analyzer(chosen_model())
    info, scorer = analyzer.model, read_scorer(chosen_model())
    calls: list[Call] = []
    with ExitStack() as stack:
        recorder = None
        if options.record is not None:
            model = Model(name=info.name, version=info.version, sha256=info.sha256)
            recorder = stack.enter_context(Recorder(options.record, Header(epoch_ms=EPOCH_MS, model=model)))
        bar = stack.enter_context(progress_bar(console))
        task = bar.add_task("Calls", total=len(scenes) * len(options.presets), rate="")
        for make in scenes:
            scene = make()
            for preset in options.presets:
                calls.append(_play(analyzer, scene, preset, options, recorder, len(calls)))
                bar.update(task, advance=1, rate=rate(bar, task, "calls"))
    if (read_card(chosen_model()).sha256, read_scorer(chosen_model())) != (info.sha256, scorer):
        raise ModelError("The model's files changed while the calls were played: play them again.")
    return Report(
        conditions=options.conditions,
        command=shlex.join(["veritile", "evaluate", *command]),
        model=f"{info.name} {info.version}",
        sha256=info.sha256,
        compared=scorer.reference is not None,
        stills=found.stills,
        unpaired=unpaired,
        calls=tuple(calls),
    )


def _scenes(sources: Sequence[Source], options: Options) -> tuple[list[Callable[[], Scene]], int]:
    """What makes each scene when its turn comes, for clips take memory; and how many clips are left out."""
    line, swap_s = options.line, options.swap_s
    if swap_s is None:
        return [partial(_alone, source, line) for source in sources], 0
    found = pairs(sources)
    used = {source.name for pair in found for source in pair}
    return [partial(_swapped, *pair, line, swap_s) for pair in found], len(sources) - len(used)


def _alone(source: Source, line: Line) -> Scene:
    clip = Clip(source, line)
    return Scene(source.name, None, clip, 0.0) if source.fake else Scene(source.name, clip, None)


def _swapped(real: Source, fake: Source, line: Line, swap_s: float) -> Scene:
    return Scene(fake.name, Clip(real, line), Clip(fake, line), swap_s)


def _play(
    analyzer: Analyzer,
    scene: Scene,
    preset: Sensitivity,
    options: Options,
    recorder: Recorder | None,
    number: int,
) -> Call:
    def heard(ms: int, question: ClientMessage, reply: HostMessage) -> None:
        if recorder is not None:
            recorder.add(Exchange(number, ms, question, reply))

    with PlayedHost(analyzer, heard=heard) as host:
        return play(host, scene, preset, seconds=60 * options.minutes, freeze=options.line.freeze)


def run_replay(path: Path, *, as_json_object: bool) -> int:
    """Play a recording, say whether every verdict is the same, and return an exit code.

    Raises VeritileError when the recording or the model cannot be used.
    """
    recording = Recording(path)
    analyzer = load_analyzer(chosen_model())
    recorded, console = recording.header.model, Console(stderr=True)
    with progress_bar(console) as bar:
        task = bar.add_task("Messages", total=None, rate="")
        found = replay(recording, analyzer, lambda: bar.update(task, advance=1))
    same_model = recorded.sha256 == analyzer.model.sha256
    if as_json_object:
        plain = {
            "same": found.difference is None,
            "calls": found.calls,
            "verdicts": found.verdicts,
            "same_model": same_model,
            "difference": found.difference and asdict(found.difference),
        }
        sys.stdout.write(json.dumps(plain) + "\n")
    else:
        if not same_model:
            sys.stdout.write(f"Recorded with other weights: {recorded.name} {recorded.version}.\n")
        sys.stdout.write(_told(found) + "\n")
    return SAME if found.difference is None else DIFFERENT


def _told(found: Replay) -> str:
    where = found.difference
    if where is None:
        return f"All {found.verdicts} verdicts of {found.calls} calls are the same, bit for bit."
    return (
        f"Verdict {found.verdicts} differs: call {where.call}, {where.ms / 1000:g} s, {where.participant}: "
        f"{where.field} was {where.was} and is {where.now}."
    )
