"""A call of 8 hours, as fast as it goes: `python tests/bench/bench_long_call.py`.

Pictures come as often as the host wants them, and go to a looking process over its pipes, as in a
call. The host's parts run in this process, on a clock of their own, which is therefore larger than a
real host. Goals are those of memory, descriptors, and a log of the size that its entries predict.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

import longcall
import pictures
from native.recording import GatedAnalyzer
from native.talk import retaken
from veritile.native.inference.child import COMMAND
from veritile.native.inference.watched import WatchedAnalyzer
from veritile.native.status import chosen_model

PATIENCE_S = 60.0
"""For a look: memory is measured here, and how busy the machine is does not matter."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hours", type=float, default=8.0, help="of the call (default 8)")
    parser.add_argument("--people", type=int, default=9, help="in it (default 9)")
    parser.add_argument(
        "--no-pipeline", action="store_true", help="do not look at the pictures: the host alone"
    )
    arguments = parser.parse_args()
    jpeg = pictures.jpeg(pictures.person(320, 180, face_px=80), quality=80)
    shown = [b"%d" % n if arguments.no_pipeline else retaken(jpeg, n) for n in range(16)]
    looking = (
        None
        if arguments.no_pipeline
        else WatchedAnalyzer((*COMMAND, "--model", chosen_model()), look_s=PATIENCE_S).load()
    )
    alone = GatedAnalyzer(is_open=True)
    alone.looked_at = Forgetful()  # or it would grow with the call
    first = None if looking is None else looking.pid
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        call = longcall.play(
            looking or alone,
            lambda n: shown[n // arguments.people % len(shown)],
            Path(folder) / "log" / "calls.db",
            hours=arguments.hours,
            people=arguments.people,
            beside=[] if first is None else [first],
        )
    if looking is not None:
        assert looking.pid == first, "the looking process was replaced: measure again"
        looking.kill()
    table = Table("what", "measured", "goal", title=f"{arguments.hours:g} h, {arguments.people} people")
    skip = min(1.0, arguments.hours / 4)
    table.add_row("looks", f"{call.looks} in {time.monotonic() - began:.0f} s", "")
    for number, name in enumerate(("host's parts", "looking process")[: len(call.samples[0].rss)]):
        descriptors = [sample.descriptors[number] for sample in call.after(skip)]
        least, most = (pick(sample.rss[number] for sample in call.after(skip)) for pick in (min, max))
        table.add_row(f"{name}: memory", f"{least / 1e6:.1f} to {most / 1e6:.1f} MB", "")
        table.add_row("… an hour, after the first", f"{call.slope(skip, number) / 1e6:+.2f} MB", "< 1 MB")
        table.add_row("… descriptors", f"{min(descriptors)} to {max(descriptors)}", "constant")
    table.add_row("entries of the log", f"{call.entries}", "")
    table.add_row("log", f"{call.log_bytes / 1e6:.2f} MB", f"{call.predicted_bytes / 1e6:.2f} MB predicted")
    table.add_row("an entry", f"{(call.log_bytes - longcall.EMPTY_BYTES) / call.entries:.0f} bytes", "")
    Console().print(table)


class Forgetful(list[bytes]):
    """A list that keeps nothing."""

    def append(self, value: bytes) -> None:
        return


if __name__ == "__main__":
    main()
