"""What the decision costs: CPU time a frame, and memory of 100 sessions of 9 participants.

python tests/bench/bench_decision.py
"""

from __future__ import annotations

import argparse
import random
import time
import tracemalloc

from rich.console import Console
from rich.table import Table

from veritile.decision import Look, Observation, Pacer, Policy, Reference, Scorer, Tile

SIGNATURE_FLOATS = 32
PEOPLE = 400
PARTICIPANTS = 900


def observation(at: float, faces: int, rng: random.Random) -> Observation:
    """Faces of mixed looks, side by side, as the frame pipeline tells them."""
    looks = tuple(
        Look(
            box=(70.0 * n + rng.uniform(-3, 3), 60.0, 60.0, 80.0),
            log_odds=rng.gauss(-0.3, 0.7),
            quality=rng.uniform(0.3, 1.0),
            face_px=rng.choice((80.0, 150.0, 220.0)),
            yaw=rng.uniform(-50, 50),
            signature=tuple(rng.gauss(0, 1) for _ in range(SIGNATURE_FLOATS)),
        )
        for n in range(faces)
    )
    return Observation(at, looks, 640, 360)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=5000, help="frames per row (default 5000)")
    frames: int = parser.parse_args().frames
    rng = random.Random(1)
    reference = Reference.of({"100-200": [rng.gauss(-0.3, 0.5) for _ in range(PEOPLE)]})
    scorer = Scorer(1.0, reference)
    table = Table("what", "figure", "goal")
    for faces, goal in ((1, "50 µs"), (8, "")):
        tile, pacer = Tile(Policy(), scorer), Pacer(4)
        stream = [observation(0.4 * n, faces, rng) for n in range(frames)]
        started = time.process_time()
        for seen in stream:
            verdict = tile.observe(seen)
            pacer.next_ms("somebody", seen.at, verdict.next_sample_ms, urgent=verdict.urgent)
        cost = (time.process_time() - started) / frames * 1e6
        table.add_row(f"a frame of {faces} face{'s' * (faces > 1)}, CPU", f"{cost:.0f} µs", goal)
    pacer = Pacer(4)
    pacer.spent(15.0)
    started = time.process_time()
    for n in range(frames):
        pacer.next_ms(n % 49, 0.1 * n, 400, urgent=n % 5 == 0)
    cost = (time.process_time() - started) / frames * 1e6
    table.add_row("a turn among 49, CPU", f"{cost:.0f} µs", "")
    tracemalloc.start()
    tiles = [Tile(Policy(), scorer) for _ in range(PARTICIPANTS)]
    verdicts = []
    for n in range(60):
        verdicts = [tile.observe(observation(0.4 * n, 1, rng)) for tile in tiles]
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    table.add_row(f"{len(verdicts)} participants with their verdicts", f"{memory / 1e6:.1f} MB", "100 MB")
    Console().print(table)


if __name__ == "__main__":
    main()
