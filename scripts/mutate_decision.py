"""Whether the tests of the decision notice a fault: cosmic-ray's mutants of host/veritile/decision.

Each mutant is one small change of the code (another number, operator or comparison).
It is killed when a test of tests/decision fails, or runs into the time limit. All
happens in a temporary copy. Left out are changes of type annotations, which nothing
runs, and of arithmetic to shifts, powers and the like, or of comparison to identity,
which hardly anybody mistakes. Needs `pip install -e ".[mutation]"` and a system that
can fork.

    python scripts/mutate_decision.py --sample 400      a random 400, with the interval that they leave
    python scripts/mutate_decision.py --jobs 4          all of them: an hour or so of CPU time
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import argparse
import io
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
MODULES = Path("host/veritile/decision")
TESTS = Path("tests/decision")
LIMIT_S = 90
EXAMPLES = 30
"""Of each property: fewer than in the tests themselves, for time's sake."""
LEFT_OUT = re.compile(
    r"core/(ReplaceBinaryOperator_BitOr_\w+"
    r"|ReplaceBinaryOperator_\w+_(FloorDiv|Mod|Pow|RShift|LShift|BitOr|BitAnd|BitXor)"
    r"|ReplaceComparisonOperator_\w+_(Is|IsNot)|ReplaceComparisonOperator_(Is|IsNot)_\w+"
    r"|ReplaceUnaryOperator_USub_(Not|Invert))"
)


@dataclass(frozen=True, order=True)
class Mutant:
    """One change."""

    module: str
    operator: str
    occurrence: int


def mutants() -> Iterator[Mutant]:
    """List all changes of all modules."""
    for path in sorted((ROOT / MODULES).glob("*.py")):
        tree = get_ast(path.read_text(encoding="utf-8"))
        for name in sorted(operator_names()):
            operator = get_operator(name)
            if LEFT_OUT.fullmatch(name) or operator.arguments():
                continue
            count = sum(1 for node in ast_nodes(tree) for _ in operator().mutation_positions(node))
            yield from (Mutant(path.name, name, occurrence) for occurrence in range(count))


def prepare(folder: str) -> None:
    """Make this process's own copy, and work in it."""
    copy = Path(folder, str(os.getpid()))
    for part in ("host", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    os.chdir(copy)
    sys.path[:0] = ["host", "tests"]
    sys.dont_write_bytecode = True
    settings.register_profile("mutants", max_examples=EXAMPLES, deadline=None, database=None)
    settings.load_profile("mutants")


def test(mutant: Mutant | None) -> tuple[Mutant | None, bool, str]:
    """Return the mutant, whether the tests pass with it, and what it changes."""
    path, change = None, ""
    if mutant is not None:
        path = MODULES / mutant.module
        source = path.read_text(encoding="utf-8")
        mutated = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
        lines = zip(source.splitlines(), mutated.splitlines(), strict=False)
        change = next((f"{new.strip()}    (was: {old.strip()})" for old, new in lines if old != new), "")
        path.write_text(mutated, encoding="utf-8")
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT_S)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            # Whatever was imported before the tests cannot be rewritten, of which pytest warns.
            arguments = ["-q", "-x", "-p", "no:cacheprovider", "-o", "filterwarnings=ignore", str(TESTS)]
            os._exit(int(pytest.main(arguments)))
    passed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    if path is not None:
        path.write_text(source, encoding="utf-8")
    return mutant, passed, change


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, help="so many drawn at random, instead of all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    every = sorted(mutants())
    chosen = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
    survivors = []
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("fork").Pool(options.jobs, prepare, (folder,)) as pool,
    ):
        if not pool.apply(test, (None,))[1]:
            print("The tests fail without any change: mend them first.", file=sys.stderr)
            return 2
        for number, (mutant, passed, change) in enumerate(pool.imap_unordered(test, chosen), 1):
            assert mutant is not None
            if passed:
                survivors.append(mutant)
                print(f"{mutant.module}: {change} [{mutant.operator.removeprefix('core/')}]", flush=True)
            if sys.stderr.isatty():
                print(f"\r{number} of {len(chosen)}", end="", file=sys.stderr)
    killed = len(chosen) - len(survivors)
    share = killed / len(chosen)
    margin = 1.96 * (share * (1 - share) / len(chosen)) ** 0.5 if len(chosen) < len(every) else 0.0
    print(f"{killed} of {len(chosen)} killed ({share:.1%}, ± {margin:.1%}), drawn from {len(every)} mutants")
    return 0


if __name__ == "__main__":
    sys.exit(main())
