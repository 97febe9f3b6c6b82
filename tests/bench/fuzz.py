"""Fuzzes what strangers' bytes reach: `python tests/bench/fuzz.py streams|pictures [--times N] [--seed N]`.

Damaged conversations go through framing, messages and dispatcher, damaged pictures through the decoder.
Prints how often each error was told, what was not caught, and how much memory grew. What hangs for 5 min ends
the run with a traceback; so does a crash of a C library. Mutation is blind: no coverage guides it.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzzing import Fuzzed, fuzz_pictures, fuzz_streams

DEFAULT_TIMES = {"streams": 1_000_000, "pictures": 100_000}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=DEFAULT_TIMES)
    parser.add_argument("--times", type=int, help="executions (default 1,000,000 streams, 100,000 pictures)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default 1)")
    asked = parser.parse_args()
    faulthandler.enable()

    def told(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    began = time.monotonic()
    came: Fuzzed = (fuzz_streams if asked.what == "streams" else fuzz_pictures)(
        asked.times or DEFAULT_TIMES[asked.what], asked.seed, told
    )
    outcomes = ", ".join(f"{name} {count:,}" for name, count in sorted(came.outcomes.items()))
    report = [
        f"{came.executions:,} {asked.what} in {time.monotonic() - began:.0f} s, seed {asked.seed}",
        f"outcomes: {outcomes}",
        f"uncaught: {len(came.uncaught)}; slowest: {came.slowest_s * 1000:.0f} ms; hangs: 0",
        "memory, MB: " + " ".join(f"{size / 1e6:.1f}" for size in came.rss),
        *came.uncaught[:5],
    ]
    sys.stdout.write("\n".join(report) + "\n")
    return 1 if came.uncaught else 0


if __name__ == "__main__":
    sys.exit(main())
