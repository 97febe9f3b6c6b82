"""How many live sessions `veritile serve` bears.

    python tests/bench/bench_serve.py [--sessions 100] [--seconds 60] [--search]

Starts a service of its own and opens WebSocket sessions that send one 640x360 JPEG of the astronaut
every five seconds each, evenly spread. Tells p50 and p95 from sending to the answer, and how many were
lost. With --search it doubles the sessions until p95 passes 200 ms, then narrows down.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import click
import psutil
from websockets.asyncio.client import connect

import pictures
from serving import data_url

EVERY_S = 5.0
GOAL_MS = 200.0
MOST = 960


async def session(
    url: str, token: str, place: float, seconds: float, frames: list[str]
) -> tuple[list[float], int]:
    """One session: its times in ms, and how many frames had no answer."""
    times, lost = [], 0
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(f"{url.replace('http', 'ws')}/ws", additional_headers=headers) as socket:
        await socket.send(json.dumps({"type": "start_stream", "config": {"detection_sensitivity": "medium"}}))
        await asyncio.sleep(place * EVERY_S)
        began, number = time.monotonic(), 0
        while number * EVERY_S < seconds:
            await asyncio.sleep(max(0.0, began + number * EVERY_S - time.monotonic()))
            frame = {"type": "video_frame", "data": frames[number % len(frames)], "timestamp": number}
            sent = time.monotonic()
            await socket.send(json.dumps(frame))
            try:
                answer = json.loads(await asyncio.wait_for(socket.recv(), EVERY_S))
                lost += answer["type"] != "analysis_result" or answer["timestamp"] != number
                times.append((time.monotonic() - sent) * 1000)
            except TimeoutError:
                lost += 1
            number += 1
    return times, lost


async def load(url: str, token: str, sessions: int, seconds: float) -> tuple[float, float, int, int]:
    """p50 and p95 in ms, answers, and losses."""
    frames = [data_url(pictures.person(640, 360, face_px=130 + 4 * step)) for step in range(6)]
    work = [session(url, token, place / sessions, seconds, frames) for place in range(sessions)]
    results = await asyncio.gather(*work)
    times = sorted(each for found, _ in results for each in found)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[94], len(times), sum(lost for _, lost in results)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--search", action="store_true", help="find the most sessions within 200 ms")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        own = {"VERITILE_PORT": "0", "VERITILE_DATA_DIR": folder, "VERITILE_LOG_DIR": folder}
        own |= {"VERITILE_SESSIONS": "1000", "VERITILE_REQUESTS_PER_MINUTE": "100000"}
        command = [str(Path(sys.executable).with_name("veritile")), "serve"]
        with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            found = re.search(r"(http://[^/]+)/dashboard/#token=(\S+)", process.stdout.readline())
            assert found
            service = psutil.Process(process.pid)

            def run(sessions: int) -> float:
                before, began = sum(service.cpu_times()[:2]), time.monotonic()
                p50, p95, answers, lost = asyncio.run(load(found[1], found[2], sessions, options.seconds))
                cores = (sum(service.cpu_times()[:2]) - before) / (time.monotonic() - began)
                memory = service.memory_info().rss >> 20
                click.echo(
                    f"{sessions} sessions: p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
                    f"{answers} answers, {lost} lost, "
                    f"{cores:.2f} cores, {memory} MiB; load of the machine {os.getloadavg()[0]:.1f}",
                )
                return p95 if not lost else float("inf")

            if not options.search:
                run(options.sessions)
            else:
                good, bad = 0, options.sessions
                while bad < MOST and run(bad) <= GOAL_MS:
                    good, bad = bad, bad * 2
                while bad - good > max(10, good // 8):
                    middle = (good + bad) // 2
                    good, bad = (middle, bad) if run(middle) <= GOAL_MS else (good, middle)
                click.echo(f"the most within {GOAL_MS:.0f} ms: {good}")
            process.terminate()
            process.stdout.read()


if __name__ == "__main__":
    main()
