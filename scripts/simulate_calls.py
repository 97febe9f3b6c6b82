"""How often the decision engine cries wolf, and how long it takes to notice: simulated calls.

Nobody can watch ten thousand hours of real calls, so people are drawn instead.
A person's calibrated log-odds are m + x(t). m, which stays, is drawn once a person
with the share `--rho` of the variance; x forgets as the network does (an
autoregressive process with integrated autocorrelation time `--tau`). Together they
have the mean and variance of a network with a given frame AUC whose calibration
is right: -d²/2 for real people, +d²/2 for swaps, variance d², d = √2 Φ⁻¹(AUC).
The engine that judges them is the one that ships, with its own pace of looks, and
compares with people drawn in the same way, new ones for every block of calls.

The defaults of --rho and --tau are what models/results.csv has of models/mesonet.onnx
(live swaps, and videos). All of it holds for real networks as far as they are like this.

    python scripts/simulate_calls.py                writes docs/decision.csv and docs/decision.md's tables
    python scripts/simulate_calls.py --check        says whether the page's tables are those of the CSV
    python scripts/simulate_calls.py --scale 0.02   a quick look, printed only
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import NormalDist, fmean

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "host"))

from veritile.decision import Look, Observation, Policy, Reference, Scorer, Tile
from veritile.vocabulary import BUDGETS, Label, Sensitivity

PAGE = ROOT / "docs" / "decision.md"
RESULTS = ROOT / "docs" / "decision.csv"
BOX = (200.0, 60.0, 180.0, 220.0)
CALL_S = 3600.0
PEOPLE = 400
"""Real people in a reference."""
BLOCK = 20
"""Calls that are compared with the same reference."""
FULL_RATE = 30 * CALL_S
"""Frames of an hour at 30 a second: what looking at every frame would cost."""
FACTS = {0.70: (30.0, 38.0, 47.0), 0.80: (12.0, 15.0, 18.0), 0.90: (5.0, 6.4, 7.8)}
"""Mean delays in seconds of a plain CUSUM with one independent look a second, ln(3600 / budget) / (d²/2)."""


@dataclass(frozen=True)
class World:
    """How log-odds come about."""

    auc: float
    tau: float
    rho: float

    @property
    def distance(self) -> float:
        """Between real and swapped, in standard deviations of a frame's log-odds."""
        return math.sqrt(2) * NormalDist().inv_cdf(self.auc)


class Person:
    """Draws log-odds for increasing times."""

    def __init__(self, world: World, rng: random.Random) -> None:
        distance = world.distance
        self._shift = distance**2
        self._mean = -self._shift / 2 + distance * math.sqrt(world.rho) * rng.gauss(0, 1)
        self._spread = distance * math.sqrt(1 - world.rho)
        self._decay = 2 / world.tau  # a correlation of exp(-decay t) has the integral tau over all lags
        self._rng = rng
        self._x, self._at = rng.gauss(0, 1), 0.0

    def log_odds(self, at: float, *, swapped: bool) -> float:
        """Of the frame at `at` seconds; a swap moves the same person's log-odds up by d²."""
        kept = math.exp(-self._decay * (at - self._at))
        self._x = kept * self._x + math.sqrt(1 - kept * kept) * self._rng.gauss(0, 1)
        self._at = at
        return self._mean + self._spread * self._x + (self._shift if swapped else 0.0)


def reference(world: World, rng: random.Random) -> Reference:
    """Mean log-odds, clipped as the engine clips them, of people seen for a minute each."""
    clip = Policy().clip
    means = []
    for _ in range(PEOPLE):
        person = Person(world, rng)
        looks = (person.log_odds(2.0 * n, swapped=False) for n in range(30))
        means.append(fmean(min(clip, max(-clip, look)) for look in looks))
    return Reference.of({"100-200": means})


@dataclass
class Call:
    """What came of one."""

    alarms: int = 0
    suspect: bool = False
    """Whether `suspect` or an alarm was ever shown."""
    frames: int = 0
    caught_s: float | None = None
    """From the beginning of the swap to the alarm."""
    suspected_s: float | None = None
    """To the first `suspect`, or the alarm."""
    labelled_s: float | None = None
    """To the first label of all."""


def hold(
    person: Person,
    tile: Tile,
    rng: random.Random,
    *,
    seconds: float = CALL_S,
    swap_at: float = math.inf,
    every: float | None = None,
    best: bool = False,
) -> Call:
    """Hold a call and return what came of it; it ends with the alarm for a swap.

    Args:
        person: who is watched.
        tile: what watches.
        rng: of the qualities of the looks.
        seconds: how long.
        swap_at: when a swap begins.
        every: seconds between looks; when left out, the engine decides.
        best: whether every look has full quality; else 0.5 to 1.
    """
    call, at, before = Call(), 0.0, Label.INCONCLUSIVE
    while at < seconds:
        log_odds = person.log_odds(at, swapped=at >= swap_at)
        quality = 1.0 if best else rng.uniform(0.5, 1.0)
        verdict = tile.observe(Observation(at, (Look(BOX, log_odds, quality, None, 150.0, 0.0),), 640, 360))
        call.frames += 1
        if call.labelled_s is None and verdict.label is not Label.INCONCLUSIVE:
            call.labelled_s = at
        if at >= swap_at and call.suspected_s is None and verdict.label in (Label.SUSPECT, Label.LIKELY_FAKE):
            call.suspected_s = at - swap_at
        call.suspect |= verdict.label in (Label.SUSPECT, Label.LIKELY_FAKE)
        if verdict.label is Label.LIKELY_FAKE and before is not Label.LIKELY_FAKE:
            call.alarms += 1
            if at >= swap_at:
                call.caught_s = at - swap_at
                return call
        before = verdict.label
        at += every if every is not None else verdict.next_sample_ms / 1000 * rng.uniform(0.9, 1.1)
    return call


@dataclass(frozen=True)
class Row:
    """One line of docs/decision.csv."""

    table: str
    preset: str
    auc: float
    tau: float
    rho: float
    calls: int
    figures: str
    """name=value, separated by blanks."""

    def figure(self, name: str) -> float:
        """Return one of the figures."""
        return float(dict(part.split("=") for part in self.figures.split())[name])


def row(table: str, preset: Sensitivity, world: World, calls: int, **figures: float) -> Row:
    """Return a row with its figures rounded to four digits."""
    told = " ".join(f"{name}={value:.4g}" for name, value in figures.items())
    return Row(table, preset.value, world.auc, world.tau, world.rho, calls, told)


def false_alarms(world: World, preset: Sensitivity, hours: int, rng: random.Random) -> Row:
    """Hold calls of real people, an hour each."""
    policy, alarms, frames, people, suspects = Policy.for_sensitivity(preset), 0, 0, 0, 0
    labelled: list[float] = []
    for number in range(hours):
        if number % BLOCK == 0:
            scorer = Scorer(world.tau, reference(world, rng))
        call = hold(Person(world, rng), Tile(policy, scorer), rng)
        alarms, frames, people = alarms + call.alarms, frames + call.frames, people + bool(call.alarms)
        suspects += call.suspect
        labelled.append(CALL_S if call.labelled_s is None else call.labelled_s)
    budget = BUDGETS[preset]
    return row(
        "false_alarms",
        preset,
        world,
        hours,
        budget=budget,
        alarms=alarms,
        people=people,
        suspects=100 * suspects / hours,
        rate=alarms / hours,
        upper=poisson_upper(alarms) / hours,
        ratio=poisson_upper(alarms) / hours / budget,
        frames=frames / hours,
        saved=100 * (1 - frames / hours / FULL_RATE),
        first_label=sorted(labelled)[len(labelled) // 2],
    )


def delay(world: World, preset: Sensitivity, calls: int, rng: random.Random) -> Row:
    """Swaps that begin after two minutes, with an independent look of full quality a second."""
    policy, scorer = Policy.for_sensitivity(preset), Scorer(0.2)
    expected = FACTS[world.auc][list(Sensitivity).index(preset)]
    waits: list[float] = []
    while len(waits) < calls:
        begin = 120.0 + rng.random()  # between two looks
        call = hold(
            Person(world, rng), Tile(policy, scorer), rng, swap_at=begin, seconds=2000.0, every=1.0, best=True
        )
        if call.alarms == 1:  # nothing cried wolf before
            waits.append(2000.0 - begin if call.caught_s is None else call.caught_s)
    mean = fmean(waits)
    return row("delay", preset, world, calls, expected=expected, mean=mean, ratio=mean / expected)


def live(world: World, preset: Sensitivity, calls: int, rng: random.Random) -> Iterator[Row]:
    """Swaps from the first look on, and after ten calm minutes, at the engine's own pace."""
    policy = Policy.for_sensitivity(preset)
    for table, begin, shown in (("from_start", 0.0, 600.0), ("mid_call", 600.0, 600.0)):
        caught, suspected = [], 0
        for number in range(calls):
            if number % BLOCK == 0:
                scorer = Scorer(world.tau, reference(world, rng))
            call = hold(Person(world, rng), Tile(policy, scorer), rng, swap_at=begin, seconds=begin + shown)
            suspected += call.suspected_s is not None
            if call.caught_s is not None:
                caught.append(call.caught_s)
        yield row(
            table,
            preset,
            world,
            calls,
            caught=100 * len(caught) / calls,
            suspected=100 * suspected / calls,
            median=sorted(caught)[len(caught) // 2] if caught else math.nan,
            mean=fmean(caught) if caught else math.nan,
        )


def poisson_upper(events: int, confidence: float = 0.95) -> float:
    """Return the exact upper bound of a Poisson mean of which so many events were seen."""
    low, high = float(events), 3.0 * events + 10.0
    for _ in range(60):
        middle = (low + high) / 2
        at_most = sum(math.exp(k * math.log(middle) - middle - math.lgamma(k + 1)) for k in range(events + 1))
        low, high = (middle, high) if at_most > 1 - confidence else (low, middle)
    return high


Task = tuple[str, World, Sensitivity, int, int]
"""What, of whom, with which preset, how often, from which seed."""


def work(task: Task) -> list[Row]:
    """Do one piece of the simulation, the same in whatever process."""
    what, world, preset, calls, seed = task
    rng = random.Random(f"{seed} {what} {world} {preset}")
    if what == "false_alarms":
        return [false_alarms(world, preset, calls, rng)]
    return [delay(world, preset, calls, rng)] if what == "delay" else list(live(world, preset, calls, rng))


def tasks(options: argparse.Namespace) -> list[Task]:
    """List the pieces, in the order of the tables."""
    hours = {Sensitivity.SENSITIVE: 300, Sensitivity.BALANCED: 1000, Sensitivity.CONSERVATIVE: 2500}
    found = []
    for auc in options.auc:
        for rho in (0.0, options.rho):
            for preset in Sensitivity:
                world = World(auc, options.tau, rho)
                found.append(("false_alarms", world, preset, hours[preset]))
                found.append(("live", world, preset, 300))
        found += [("delay", World(auc, 0.2, 0.0), preset, 1000) for preset in Sensitivity if auc in FACTS]
    return [
        (what, world, preset, max(20, round(calls * options.scale)), options.seed)
        for what, world, preset, calls in found
    ]


def simulate(options: argparse.Namespace) -> list[Row]:
    """Run everything, and say so on standard error."""
    rows, started = [], time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        for done in pool.map(work, tasks(options)):
            rows += done
            for found in done:
                print(f"{time.monotonic() - started:6.0f} s  {found}", file=sys.stderr)
    return rows


Column = tuple[str, Callable[[Row], str]]


def _number(name: str, digits: int, unit: str = "") -> Callable[[Row], str]:
    return lambda found: "–" if math.isnan(value := found.figure(name)) else f"{value:,.{digits}f}{unit}"


WHO: tuple[Column, ...] = (
    ("Frame AUC", lambda found: f"{found.auc:.2f}".lstrip("0")),
    ("rho", lambda found: f"{found.rho:.2f}"),
    ("Preset", lambda found: found.preset),
)
CAUGHT: tuple[Column, ...] = (
    *WHO,
    ("Swaps", lambda found: f"{found.calls:,}"),
    ("Alarm within 10 min", _number("caught", 0, " %")),
    ("At least suspect", _number("suspected", 0, " %")),
    ("Median of those, s", _number("median", 0)),
    ("Mean, s", _number("mean", 0)),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "false_alarms": (
        *WHO,
        ("Budget per hour", _number("budget", 2)),
        ("Hours", lambda found: f"{found.calls:,}"),
        ("False alarms", _number("alarms", 0)),
        ("Of people", _number("people", 0)),
        ("Per hour", _number("rate", 4)),
        ("95 % upper bound", _number("upper", 4)),
        ("Bound / budget", _number("ratio", 2)),
        ("People ever suspect", _number("suspects", 0, " %")),
        ("Median first label, s", _number("first_label", 0)),
        ("Looks per hour", _number("frames", 0)),
        ("Less than 30 a second", _number("saved", 1, " %")),
    ),
    "delay": (
        WHO[0],
        WHO[2],
        ("Swaps", lambda found: f"{found.calls:,}"),
        ("Plain CUSUM, s", _number("expected", 1)),
        ("Engine, s", _number("mean", 1)),
        ("Ratio", _number("ratio", 2)),
    ),
    "from_start": CAUGHT,
    "mid_call": CAUGHT,
}


def markdown(table: str, rows: Iterable[Row]) -> str:
    """Return one of `TABLES` in Markdown, without an end of line."""
    columns = TABLES[table]
    lines = [" | ".join(title for title, _ in columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(cell(found) for _, cell in columns) for found in rows if found.table == table]
    return "\n".join(f"| {line} |" for line in lines)


def filled(page: str, rows: Sequence[Row]) -> str:
    """Return the page with its tables, between `<!-- simulated: NAME -->` and `<!-- end -->`, made anew."""
    for table in TABLES:
        start = f"<!-- simulated: {table} -->\n"
        head, _, rest = page.partition(start)
        _, _, tail = rest.partition("<!-- end -->")
        page = f"{head}{start}{markdown(table, rows)}\n<!-- end -->{tail}"
    return page


def read_rows(path: Path = RESULTS) -> list[Row]:
    """Return what a run wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                table=line["table"],
                preset=line["preset"],
                auc=float(line["auc"]),
                tau=float(line["tau"]),
                rho=float(line["rho"]),
                calls=int(line["calls"]),
                figures=line["figures"],
            )
            for line in csv.DictReader(file)
        ]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--auc", type=float, nargs="+", default=sorted(FACTS), help="frame AUCs (.7 .8 .9)")
    parser.add_argument("--tau", type=float, default=2.5, help="autocorrelation time, s (default 2.5)")
    parser.add_argument("--rho", type=float, default=0.83, help="share of variance that stays with a person")
    parser.add_argument("--jobs", type=int, default=1, help="processes; the result is the same")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="less than 1: fewer calls, nothing is written"
    )
    parser.add_argument(
        "--check", action="store_true", help="compare docs/decision.md with docs/decision.csv"
    )
    options = parser.parse_args()
    if options.check:
        page = PAGE.read_text(encoding="utf-8")
        right = filled(page, read_rows()) == page
        print("The tables are those of the CSV." if right else "The tables differ: run this without --check.")
        return 0 if right else 1
    rows = simulate(options)
    if options.scale < 1:
        for table in TABLES:
            print(f"\n{table}\n\n{markdown(table, rows)}")
        return 0
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(found) for found in rows)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
