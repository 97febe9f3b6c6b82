"""What the host does under attack and under load: `python tests/bench/stress.py`.

Overload: 49 tiles at 10 frames a second, as no extension sends them, for a minute. Bombs: pictures and
messages that declare more than they are. No network: a whole session in a network namespace without any.
Several hosts: as many as browsers and profiles, one log. On a busy machine the times grow.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

import stress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of overload (default 60)")
    asked = parser.parse_args()
    table = Table("what", "measured", "goal", box=None)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VERITILE_LOG_DIR": folder, "VERITILE_DATA_DIR": folder}
        load = stress.overload(environment, asked.seconds)
        table.add_row("overload: pictures sent", f"{load.sent:,}", "")
        table.add_row("… looked at / dropped unseen", f"{load.judged:,} / {load.dropped:,}", "all answered")
        table.add_row("… p50 / p95 of those", f"{load.p(50):.0f} / {load.p(95):.0f} ms", "p95 500 ms")
        table.add_row("… seldomest / oftenest looked at", f"{min(load.of_each)} / {max(load.of_each)}", "")
        table.add_row("… most memory, host and looking process", f"{load.rss / 1e6:.0f} MB", "250 MB")
        for name, cost in stress.bombs().items():
            table.add_row(
                f"bomb: {name}", f"{cost.outcome}: {cost.ms:.1f} ms, {cost.mb:.1f} MB", "50 ms, 32 MB"
            )
        table.add_row("no network (unshare -n)", stress.without_network(environment), "works")
        table.add_row(
            "4 hosts at once on one log", stress.together(environment, 4), "all judged, chain intact"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
