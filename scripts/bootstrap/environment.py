"""The virtual environment `.venv`: made, filled and entered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap.progress import (
    ROOT,
    WINDOWS,
    SetupError,
    apt_install,
    digest,
    read_stamp,
    run,
    say,
    works,
    write_stamp,
)

VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
STAMP = VENV / ".veritile-environment.json"
PYTHON_FLOOR = (3, 11)
TORCH_FOR_CPUS = "torch==2.13.0+cpu"  # an index with a newer one for CUDA would win over a mere floor
INDEX_OF_TORCH = "https://download.pytorch.org/whl/cpu"


def script(name: str) -> Path:
    """Return where the environment keeps the program `name`, or would keep it."""
    return SCRIPTS / (f"{name}.exe" if WINDOWS else name)


def venv_python() -> Path:
    """Return where the environment's interpreter is, or would be."""
    return script("python")


def find_python() -> Path:
    """Return a Python that is new enough: this one, or the newest on PATH."""
    if sys.version_info >= PYTHON_FLOOR:
        return Path(getattr(sys, "_base_executable", sys.executable))
    for minor in range(14, PYTHON_FLOOR[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return Path(found)
    floor = ".".join(map(str, PYTHON_FLOOR))
    raise SetupError(
        f"Veritile needs Python {floor} or newer; this is {sys.version.split()[0]}. "
        "Install a newer one (https://www.python.org/downloads/), then run this again with it."
    )


def _create() -> None:
    python = find_python()
    if VENV.exists():
        shutil.rmtree(VENV)
    if not works(python, "-c", "import ensurepip, venv"):
        # Debian and Ubuntu leave these modules out of python3.
        print_version = "import sys; print('%d.%d' % sys.version_info[:2])"
        version = subprocess.check_output([str(python), "-c", print_version], text=True).strip()
        if not apt_install(f"python{version}-venv"):
            raise SetupError(
                f"{python} lacks the modules that make a virtual environment. On Debian and Ubuntu:\n"
                f"    sudo apt-get install -y python{version}-venv\nThen run this again."
            )
    run(f"making {VENV.name} with {python}", [python, "-m", "venv", VENV])


def pip_install(title: str, *what: str) -> None:
    """Install packages into the environment, which must be there."""
    pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run(title, [venv_python(), *pip, *what])


def _install_torch_for_cpus() -> None:
    """Install PyTorch without CUDA, which PyPI lacks for Linux: far smaller, and all that tests need."""
    find_torch = "import importlib.metadata as m; m.distribution('torch')"
    if sys.platform != "linux" or works(venv_python(), "-c", find_torch):
        return
    # What it needs itself comes with all the rest. Not reached, an index is not asked for long.
    only = ["--no-deps", "--retries", "1", "--extra-index-url", INDEX_OF_TORCH, TORCH_FOR_CPUS]
    try:
        pip_install("installing PyTorch for CPUs", *only)
    except SetupError:
        say(f"  {TORCH_FOR_CPUS} is in no index that can be reached: PyPI's build follows, a large one.")


def ensure_environment(extras: Sequence[str] = ()) -> Path:
    """Return the interpreter of `.venv`, where the package is installed (editable) with `extras`.

    Extras add up from call to call. Raises SetupError when something cannot be installed.
    """
    python = venv_python()
    made_of = digest([ROOT / "pyproject.toml"], str(ROOT))  # scripts in it name the checkout's path
    remembered = read_stamp(STAMP)
    installed = remembered if isinstance(remembered, dict) else {"extras": []}
    wanted = sorted({*extras, *installed["extras"]})
    find_package = "import importlib.metadata as m; m.distribution('veritile')"
    if installed == {"made_of": made_of, "extras": wanted} and works(python, "-c", find_package):
        return python
    if not works(python, "-m", "pip", "--version"):
        _create()
    if "dev" in wanted:
        _install_torch_for_cpus()
    target = f"{ROOT}[{','.join(wanted)}]" if wanted else str(ROOT)
    pip_install("installing the Python packages (a minute or two the first time)", "-e", target)
    write_stamp(STAMP, {"made_of": made_of, "extras": wanted})
    return python


def reenter(extras: Sequence[str] = ()) -> None:
    """Go on with the running script inside the environment; return at once when already there."""
    python = ensure_environment(extras)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    command = [str(python), *sys.argv]
    if sys.platform == "win32":  # exec there does not wait: the shell would show its prompt meanwhile
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(command[0], command)
