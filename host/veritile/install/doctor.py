"""Checks each link of the chain, from the browser's folder to a judged picture, in the order of the chain.

Every check says what it saw and, when it failed, which command puts it right.
A check that cannot be made because an earlier one failed is skipped. The last
two talk to a real host process over the real protocol.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from veritile import __version__
from veritile.errors import HostError, VeritileError
from veritile.install import register
from veritile.install.browsers import Browser, Machine
from veritile.install.identity import EXTENSION_ID, HOST_NAME, extension_folder, extension_id

if TYPE_CHECKING:
    from veritile.native.client import HostClient
    from veritile.native.messages import HostMessage

_Answer = TypeVar("_Answer")

PYTHON_FLOOR: Final = (3, 11)
PROBE: Final = Path(__file__).with_name("probe.jpg")
"""A face to judge: part of NASA's portrait of the astronaut Eileen Collins, in the public domain."""
PROBE_SIZE: Final = (320, 288)
_CHECKOUT: Final = (Path(__file__).resolve().parents[3] / "pyproject.toml").is_file()
REINSTALL: Final = "python3 scripts/install.py" if _CHECKOUT else "pip install --force-reinstall veritile"
RESTORE: Final = "git checkout -- models" if _CHECKOUT else REINSTALL


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One link: what was seen, and what to do when it is broken."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


class _Broken(Exception):
    """A link is broken: what was seen, and the remedy."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.remedy = remedy


def examine(
    machine: Machine | None = None, browsers: Sequence[str] = (), launcher: Path | None = None
) -> list[Check]:
    """Check everything and return the checks in order.

    `browsers` narrows it to those (all found otherwise). Raises NoBrowserError
    only for a name that no browser has.
    """
    machine = machine or Machine.current()
    register.named(browsers)
    examination = _Examination(machine, browsers, launcher)
    return [*examination.machine_checks(), *examination.host_checks()]


def healthy(checks: Sequence[Check]) -> bool:
    """Whether every link holds."""
    return all(check.status is Status.OK for check in checks)


def as_text(checks: Sequence[Check]) -> str:
    """Return one line per check, and the remedy under each that failed."""
    lines = []
    for check in checks:
        lines.append(f"{check.status:<8} {check.name:<12} {check.detail}")
        if check.remedy:
            lines.append(f"{'':<21} -> {check.remedy}")
    failed = sum(check.status is Status.FAILED for check in checks)
    lines += ["", f"{failed} of {len(checks)} checks failed." if failed else "Everything works."]
    return "\n".join(lines)


def as_json(checks: Sequence[Check]) -> str:
    """Return `{"ok": bool, "checks": [{"name", "status", "detail", "remedy"}…]}`."""
    return json.dumps({"ok": healthy(checks), "checks": [asdict(check) for check in checks]}, indent=2)


class _Examination:
    """The checks, and what the earlier ones found for the later ones."""

    def __init__(self, machine: Machine, browsers: Sequence[str], launcher: Path | None) -> None:
        self.machine = machine
        self.names = browsers
        self.launcher = launcher
        self.browsers: list[Browser] = []
        self.checks: dict[str, Status] = {}

    def check(self, name: str, look: Callable[[], str], needs: Sequence[str] = ()) -> Check:
        """Make one check; skip it when one that it needs has not passed."""
        missing = next((need for need in needs if self.checks[need] is not Status.OK), None)
        if missing:
            result = Check(name, Status.SKIPPED, f"needs {missing}")
        else:
            try:
                result = Check(name, Status.OK, look())
            except _Broken as broken:
                result = Check(name, Status.FAILED, str(broken), broken.remedy)
        self.checks[name] = result.status
        return result

    def machine_checks(self) -> list[Check]:
        """Check what lies on this machine."""
        return [
            self.check("python", self.python),
            self.check("launcher", self.launcher_is_there),
            self.check("browser", self.browser_is_there),
            self.check("manifest", self.manifests_are_right, ["launcher", "browser"]),
            self.check("extension", self.extension_is_ours),
            self.check("model", self.model_is_whole),
        ]

    def host_checks(self) -> list[Check]:
        """Check a host that is started for it."""
        from veritile.native.client import HostClient

        if self.checks["launcher"] is not Status.OK or self.launcher is None:
            return [self.check(name, str, ["launcher"]) for name in ("hello", "frame")]
        try:
            with HostClient.spawn([self.launcher, f"chrome-extension://{EXTENSION_ID}/"]) as host:
                return [
                    self.check("hello", lambda: _greet(host)),
                    self.check("frame", lambda: _judge(host), ["hello", "model"]),
                ]
        except HostError as error:
            reason = str(error)

        def not_started() -> str:
            raise _Broken(reason, REINSTALL)

        return [self.check("hello", not_started), self.check("frame", str, ["hello"])]

    def python(self) -> str:
        if sys.version_info < PYTHON_FLOOR:
            floor = ".".join(map(str, PYTHON_FLOOR))
            raise _Broken(f"{platform.python_version()} is too old", f"install Python {floor} or newer")
        return f"{platform.python_version()} at {sys.executable}, Veritile {__version__}"

    def launcher_is_there(self) -> str:
        try:
            self.launcher = self.launcher or register.launcher_path()
        except VeritileError as error:
            raise _Broken(str(error), REINSTALL) from error
        if not os.access(self.launcher, os.X_OK):
            raise _Broken(f"{self.launcher} is not there or may not be run", REINSTALL)
        return str(self.launcher)

    def browser_is_there(self) -> str:
        try:
            self.browsers = register.chosen(self.machine, self.names)
        except VeritileError as error:
            raise _Broken(str(error), "start the browser once, then: veritile install") from error
        return ", ".join(browser.title for browser in self.browsers)

    def manifests_are_right(self) -> str:
        assert self.launcher is not None
        for browser in self.browsers:
            registered = register.registered_manifest(self.machine, browser)
            if registered is None:
                raise _Broken(f"the host is not registered with {browser.title}", "veritile install")
            try:
                manifest = json.loads(registered.read_bytes())
            except (OSError, ValueError) as error:
                raise _Broken(f"{registered} cannot be read: {error}", "veritile install") from error
            wanted = json.loads(register.manifest_bytes(self.launcher))
            for field, value in wanted.items():
                seen = manifest.get(field) if isinstance(manifest, dict) else None
                if field != "description" and seen != value:
                    raise _Broken(f"{registered} has {field} {seen!r}, not {value!r}", "veritile install")
        return f"{HOST_NAME} is registered with {', '.join(browser.title for browser in self.browsers)}"

    def extension_is_ours(self) -> str:
        folder = extension_folder()
        if folder is None:
            raise _Broken("the extension is not built", "python3 scripts/install.py")
        try:
            seen = extension_id(json.loads((folder / "manifest.json").read_bytes())["key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _Broken(f"{folder / 'manifest.json'} cannot be used: {error!r}", REINSTALL) from error
        if seen != EXTENSION_ID:
            raise _Broken(f"the extension in {folder} has the id {seen}, not {EXTENSION_ID}", REINSTALL)
        return f"{EXTENSION_ID}, to be loaded from {folder}"

    def model_is_whole(self) -> str:
        from veritile.frame.card import read_card
        from veritile.native.status import chosen_model

        try:
            card = read_card(chosen_model())
            with card.file.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (VeritileError, OSError) as error:
            raise _Broken(str(error), RESTORE) from error
        if digest != card.sha256:
            raise _Broken(f"{card.file} is not the file that its card describes (SHA-256)", RESTORE)
        return f"{card.name} {card.version}, SHA-256 {digest[:12]}…"


def _asked(kind: type[_Answer], ask: Callable[[], HostMessage]) -> _Answer:
    """Return the answer; a host that ends, stalls or refuses is a broken link."""
    from veritile.native import log
    from veritile.native.messages import Error

    remedy = f"read {log.folder() / log.FILE_NAME}; if that does not help: {REINSTALL}"
    try:
        answer = ask()
    except HostError as error:
        raise _Broken(str(error), remedy) from error
    if isinstance(answer, kind):
        return answer
    if isinstance(answer, Error):
        raise _Broken(f"the host answered with error {answer.code}: {answer.text}", remedy)
    raise _Broken(f"the host answered with {type(answer).__name__}, not {kind.__name__}", remedy)


def _greet(host: HostClient) -> str:
    from veritile.native.limits import PROTOCOL
    from veritile.native.messages import Hello, Info, Peer

    hello = Hello(id=1, protocols=(PROTOCOL,), client=Peer(name="veritile doctor", version=__version__))
    began = time.monotonic()
    info = _asked(Info, lambda: host.request(hello))
    took = (time.monotonic() - began) * 1000
    if info.versions.veritile != __version__:
        raise _Broken(f"the host is Veritile {info.versions.veritile}, this is {__version__}", REINSTALL)
    return f"answered {took:.0f} ms after it was started, protocol {max(info.protocols)}"


def _judge(host: HostClient) -> str:
    from msgspec import UNSET

    from veritile.native.client import LOADING_S
    from veritile.native.messages import (
        Close,
        Error,
        Frame,
        Frames,
        Health,
        Info,
        ModelState,
        Open,
        Size,
        Verdicts,
    )

    if _asked(Info, host.wait_loaded).state is ModelState.FAILED:
        _asked(Info, lambda: host.wait_for(lambda message: isinstance(message, Error)))
    session = "veritile-doctor"
    _asked(Health, lambda: host.request(Open(id=2, session=session, platform="doctor")))
    width, height = PROBE_SIZE
    frame = Frame(
        participant="probe",
        captured_at=time.time() * 1000,
        jpeg=PROBE.read_bytes(),
        video=Size(width=width, height=height),
    )
    frames = Frames(id=3, session=session, frames=(frame,))
    verdicts = _asked(Verdicts, lambda: host.request(frames, LOADING_S))
    _asked(Health, lambda: host.request(Close(id=4, session=session)))
    (item,) = verdicts.items
    if item.error is not UNSET:
        raise _Broken(f"the picture was refused with error {item.error.code}: {item.error.text}", REINSTALL)
    if item.dropped or not item.faces or item.score is None:
        raise _Broken(f"no score for the picture of a face ({item.reason or 'dropped'})", REINSTALL)
    spent = item.timing.decode_ms + item.timing.detect_ms + item.timing.score_ms
    return f"a picture of a face was judged in {spent:.0f} ms (score {item.score:.2f})"
