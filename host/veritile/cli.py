"""The `veritile` command. Each subcommand imports what it needs when it runs: `--help` is instant."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from veritile import __version__
from veritile.cli_bench import bench
from veritile.cli_evaluate import evaluate
from veritile.cli_log import log
from veritile.cli_serve import serve
from veritile.cli_train import train
from veritile.frame.card import DEFAULT_MODEL
from veritile.install.browsers import BROWSERS
from veritile.reporting import reported

if TYPE_CHECKING:
    from veritile.install.register import Change

# A file that may not be read is answered like any other that cannot be analysed: not here, with exit code 2.
_PATH = click.Path(path_type=Path, readable=False)
NAMES = [browser.name for browser in BROWSERS]

browser_option = click.option(
    "--browser",
    "browsers",
    multiple=True,
    type=click.Choice(NAMES),
    metavar="NAME",
    help=f"Only this browser; may be repeated. One of {', '.join(NAMES)}.",
)
profile_option = click.option(
    "--profile",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Only the browser that is started with this --user-data-dir (Linux and macOS).",
)


system_option = click.option(
    "--system",
    is_flag=True,
    help="For all users of this machine; takes an administrator. Chrome, Chromium and Edge only.",
)


def _one_of(browsers: Sequence[str], profile: Path | None, system: bool) -> None:
    if profile and (browsers or system):
        raise click.UsageError("--profile excludes --browser and --system.")


def _show(changes: Sequence[Change]) -> None:
    for change in changes:
        click.echo(f"  {change.title:<20}{change.outcome:<11}{change.manifest}")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="veritile")
def main() -> None:
    """Label the participants of a video call, live and on your own machine.

    Start with `veritile install`, load the folder that it names as an
    extension, and join a call. When something does not work,
    `veritile doctor` finds out what.

    Exit codes: 0 done, 1 something failed (the message says what to do), 2 wrong usage.
    """


@main.command()
@browser_option
@profile_option
@system_option
def install(browsers: tuple[str, ...], profile: Path | None, system: bool) -> None:
    """Register the host with the browsers of this user.

    Writes one small file into the folder of each Chromium-family browser
    found (on Windows one file and a registry key each). Running it again
    changes nothing, or sets right what has moved.

    Where ONNX Runtime offers devices beside the CPU, they are tried once, and
    the host uses the best.
    """
    from veritile.install import register
    from veritile.install.browsers import Machine
    from veritile.install.identity import EXTENSION_ID, extension_folder
    from veritile.native import log

    _one_of(browsers, profile, system)
    with reported():
        machine = Machine.current_whole() if system else Machine.current()
        if profile:
            changes = [register.install_profile(profile)]
        else:
            changes = register.install(machine, browsers, logs=None if system else log.folder())
        click.echo("The Veritile host is registered:")
        _show(changes)
        if not profile:
            for note in register.sandbox_notes(machine):
                click.echo(f"Note: {note}")
    if not (system or profile):  # what is found out is this user's
        _try_devices()
    folder = extension_folder()
    click.echo("\nNow load the extension, once per browser:")
    if folder:
        click.echo("  1. Open chrome://extensions (edge://extensions in Edge).")
        click.echo('  2. Switch "Developer mode" on, then press "Load unpacked".')
        click.echo(f"  3. Choose {folder}")
        click.echo(f"     Its id must read {EXTENSION_ID}.")
    else:
        click.echo("  It is not built yet: `python3 scripts/install.py` in the checkout builds it.")
    click.echo(f"\nTo check: {register.command()} doctor")
    click.echo(f"To undo:  {register.command()} uninstall")


def _try_devices() -> None:
    """Find out which device runs the model best, where there is more than the CPU and it is not known yet."""
    from veritile.errors import ModelError
    from veritile.install import devices

    try:
        if names := devices.untried():
            click.echo(f"\nTrying {', '.join(names)}, which may take minutes (Ctrl-C goes on without) …")
            click.echo(devices.try_all())
    except (ModelError, ImportError) as error:
        click.echo(f"\nThe model cannot be tried: {error}")
    except KeyboardInterrupt:
        click.echo("The CPU is used; `veritile bench` tries the devices at another time.")


@main.command()
@browser_option
@profile_option
@system_option
def uninstall(browsers: tuple[str, ...], profile: Path | None, system: bool) -> None:
    """Take the registration away again.

    Removes the manifests, the folders and registry keys that `install`
    created, and, unless a browser or profile is named, the host's log files,
    what was noted of devices and the token of `veritile serve`.
    The log of your calls stays. The extension itself is removed in the browser.
    """
    from veritile.install import register
    from veritile.install.browsers import Machine

    _one_of(browsers, profile, system)
    with reported():
        if profile:
            logs, changes = [], [register.uninstall_profile(profile)]
        else:
            machine = Machine.current_whole() if system else Machine.current()
            logs = [] if browsers or system else register.remove_own_files()
            changes = register.uninstall(machine, browsers)
        removed = [change for change in changes if change.outcome is register.Outcome.REMOVED]
    click.echo("Removed:" if removed or logs else "Nothing was registered.")
    _show(removed)
    for path in logs:
        click.echo(f"  {'file':<20}{'removed':<11}{path}")
    if removed:
        click.echo("To remove the extension as well, use its entry on chrome://extensions.")
    if not (browsers or profile or system):
        _tell_of_calls()


def _tell_of_calls() -> None:
    """The record of calls is the user's, not the installation's."""
    from veritile.store.folder import file

    with suppress(RuntimeError):
        if file().exists():
            click.echo(
                f"The log of your calls stays. To remove it as well, delete the folder {file().parent}"
            )


@main.command()
@browser_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def doctor(browsers: tuple[str, ...], as_json: bool) -> None:
    """Check every link from the browser to the model, and say what to do about each failure.

    Starts a real host, greets it and has it judge a picture. Exit code 0
    when everything works, 1 when something does not.
    """
    from veritile.install import checks, doctor

    with reported():
        seen = doctor.examine(browsers=browsers)
    click.echo(checks.as_json(seen) if as_json else checks.as_text(seen))
    sys.exit(0 if checks.healthy(seen) else 1)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("origin", nargs=-1, type=click.UNPROCESSED)
def host(origin: tuple[str, ...]) -> None:
    """Serve the browser over standard input and output.

    This is what the browser starts (as `veritile-host`); there is no need to
    run it by hand. ORIGIN, which the browser passes, is not needed.
    """
    from veritile.native.host import main as serve

    serve()


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: one object for each file.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table: a row for each face of each frame.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="REPORT",
    help="Write a page, too: timelines, the worst moments, and where their scores came from.",
)
@click.option(
    "--fps",
    type=click.FloatRange(0.01, 60),
    default=2.0,
    show_default=True,
    help="Frames of a video to look at, a second; at most 18,000 in all.",
)
@click.option("--quick", is_flag=True, help="Look at a video's key frames only.")
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    envvar="VERITILE_MODEL",
    show_envvar=True,
    help="A model's name, or the path of a .onnx.",
)
@click.option(
    "--temporal",
    metavar="MODEL",
    help="A temporal model, named likewise, that judges stretches of a video together, too.",
)
def analyze(
    paths: tuple[Path, ...],
    as_json: bool,
    as_csv: bool,
    page: Path | None,
    fps: float,
    quick: bool,
    model: str,
    temporal: str | None,
) -> None:
    """Judge images, videos, and all such files in folders.

    Exit code 0 when every file was analysed, 1 when some could not be (the
    others are still answered), 2 for wrong usage. When none could be, all for
    the same reason: 3 unreadable, 4 empty, 5 unknown format, 6 damaged, 7 too
    large, 8 no picture in it, 9 sound only, 10 encrypted.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    with reported():
        from veritile.analyze import Choices, run

        form = "json" if as_json else "csv" if as_csv else "text"
        sys.exit(run(list(paths), Choices(model, form, page, fps, quick, temporal)))


main.add_command(bench)
main.add_command(evaluate)
main.add_command(log)
main.add_command(serve)
main.add_command(train)
