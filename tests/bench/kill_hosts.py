"""Kills hosts that write the session log: `python tests/bench/kill_hosts.py`.

Goal: no database is damaged, and every verdict that was sent is in the log.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console

from native.killing import kill_hosts
from veritile.store.folder import FILE_NAME, FOLDER


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="kills (default 100)")
    parser.add_argument("--together", type=int, default=2, help="hosts that write at once (default 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the numbers of batches before each kill")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder, began = Path(name), time.monotonic()
        came = kill_hosts(folder, arguments.times, together=arguments.together, seed=arguments.seed)
        missing = came.missing(folder / FOLDER / FILE_NAME)
    Console(width=120).print(
        f"{came.kills} kills in {time.monotonic() - began:.0f} s: {came.corrupt} corrupt databases, "
        f"{came.broken} broken chains, {len(missing)} of {len(came.acknowledged)} sent changes missing"
    )
    sys.exit(bool(came.corrupt or came.broken or missing))


if __name__ == "__main__":
    main()
