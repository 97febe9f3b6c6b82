"""Set Veritile up from a checkout: environment, extension, registration with the browsers.

    python3 scripts/install.py                      every Chromium-family browser of this user
    python3 scripts/install.py --browser chromium   only this one
    python3 scripts/install.py --uninstall          undo

Run it again at any time: what is there already is left alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from bootstrap import SetupError, build_extension, ensure_environment, say, script, told, works


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Set Veritile up for this user: make .venv, build the extension, register the host.",
        epilog="--uninstall removes all that lies outside the checkout. What was made inside it (.venv, "
        "extension/dist, node_modules) goes when you delete the checkout.",
    )
    parser.add_argument(
        "--browser",
        metavar="NAME",
        action="append",
        default=[],
        help="only this browser, e.g. chrome, chromium, edge, brave; may be repeated (default: all found)",
    )
    parser.add_argument("--uninstall", action="store_true", help="take registration and logs away again")
    return parser.parse_args()


def main() -> int:
    """Do it; return the exit code."""
    options = arguments()
    if not (options.uninstall and works(script("veritile"), "--version")):  # undoing needs no network
        ensure_environment()
    built = True
    if not options.uninstall:
        try:
            build_extension()
        except SetupError as error:  # the host is of use without it: go on, and say so at the end
            built = False
            problem = str(error)
    command = [str(script("veritile")), "uninstall" if options.uninstall else "install"]
    for name in options.browser:
        command += ["--browser", name]
    code = subprocess.call(command)
    if not built:
        say(f"\nThe extension could not be built: {problem}")
    return code if built else 1


if __name__ == "__main__":
    with told():
        sys.exit(main())
