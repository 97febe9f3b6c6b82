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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from veritile import __version__
from veritile.errors import HostError, RegistrationError, VeritileError
from veritile.install import log_check, register
from veritile.install.browsers import Browser, Machine
from veritile.install.checks import REINSTALL, RESTORE, Broken, Check, Status
from veritile.install.identity import EXTENSION_ID, HOST_NAME, extension_folder, extension_id

PYTHON_FLOOR: Final = (3, 11)


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


class _Examination:
    """The checks, and what the earlier ones found for the later ones."""

    def __init__(self, machine: Machine, browsers: Sequence[str], launcher: Path | None) -> None:
        self.machine = machine
        self.names = browsers
        self.launcher = launcher
        self.browsers: list[Browser] = []
        self.checks: dict[str, Status] = {}
        try:
            self.install = f"{register.command()} install"
        except RegistrationError:
            self.install = REINSTALL

    def check(self, name: str, look: Callable[[], str], needs: Sequence[str] = ()) -> Check:
        """Make one check; skip it when one that it needs has not passed."""
        missing = next((need for need in needs if self.checks[need] is not Status.OK), None)
        if missing:
            result = Check(name, Status.SKIPPED, f"needs {missing}")
        else:
            try:
                result = Check(name, Status.OK, look())
            except Broken as broken:
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
            self.check("provider", self.provider_is_chosen, ["model"]),
            self.check("log", log_check.examine),
        ]

    def host_checks(self) -> list[Check]:
        """Check a host that is started for it."""
        from veritile.install import probe
        from veritile.native.client import HostClient

        if self.checks["launcher"] is not Status.OK or self.launcher is None:
            return [self.check(name, str, ["launcher"]) for name in ("hello", "frame")]
        try:
            with HostClient.spawn([self.launcher, f"chrome-extension://{EXTENSION_ID}/"]) as host:
                return [
                    self.check("hello", lambda: probe.greet(host)),
                    self.check("frame", lambda: probe.judge(host), ["hello", "model"]),
                ]
        except HostError as error:
            reason = str(error)

        def not_started() -> str:
            raise Broken(reason, REINSTALL)

        return [self.check("hello", not_started), self.check("frame", str, ["hello"])]

    def python(self) -> str:
        if sys.version_info < PYTHON_FLOOR:
            floor = ".".join(map(str, PYTHON_FLOOR))
            raise Broken(f"{platform.python_version()} is too old", f"install Python {floor} or newer")
        return f"{platform.python_version()} at {sys.executable}, Veritile {__version__}"

    def launcher_is_there(self) -> str:
        try:
            self.launcher = self.launcher or register.launcher_path()
        except VeritileError as error:
            raise Broken(str(error), REINSTALL) from error
        if not os.access(self.launcher, os.X_OK):
            raise Broken(f"{self.launcher} is not there or may not be run", REINSTALL)
        return str(self.launcher)

    def browser_is_there(self) -> str:
        try:
            self.browsers = register.chosen(self.machine, self.names)
        except VeritileError as error:
            raise Broken(str(error), f"start the browser once, then: {self.install}") from error
        return ", ".join(browser.title for browser in self.browsers)

    def manifests_are_right(self) -> str:
        assert self.launcher is not None
        for browser in self.browsers:
            registered = register.registered_manifest(self.machine, browser) or self.for_all(browser)
            if registered is None:
                raise Broken(f"the host is not registered with {browser.title}", self.install)
            try:
                manifest = json.loads(registered.read_bytes())
            except (OSError, ValueError) as error:
                raise Broken(f"{registered} cannot be read: {error}", self.install) from error
            wanted = json.loads(register.manifest_bytes(self.launcher))
            for field, value in wanted.items():
                seen = manifest.get(field) if isinstance(manifest, dict) else None
                if field != "description" and seen != value:
                    raise Broken(f"{registered} has {field} {seen!r}, not {value!r}", self.install)
        return f"{HOST_NAME} is registered with {', '.join(browser.title for browser in self.browsers)}"

    def for_all(self, browser: Browser) -> Path | None:
        """The manifest for all users, where this is about the machine that it runs on."""
        whole = Machine.current_whole()
        return (
            register.registered_manifest(whole, browser) if whole.platform == self.machine.platform else None
        )

    def provider_is_chosen(self) -> str:
        from veritile.frame import providers
        from veritile.frame.card import read_card
        from veritile.install import devices
        from veritile.native.status import chosen_model

        set_by_user = devices.set_by_user()
        known = [provider.name for provider in providers.ALLOWED]
        if set_by_user and set_by_user not in known:
            raise Broken(
                f"{providers.PROVIDER_VARIABLE} names {set_by_user}, which is not one of {', '.join(known)}",
                f"correct or unset {providers.PROVIDER_VARIABLE}",
            )
        try:
            untried = devices.untried()
        except ImportError as error:
            raise Broken(f"ONNX Runtime cannot be loaded: {error}", REINSTALL) from error
        if untried:
            raise Broken(f"{', '.join(untried)} not tried here yet", f"{register.command()} bench")
        if set_by_user:
            why = f"set by {providers.PROVIDER_VARIABLE}"
        elif len(providers.available()) == 1:
            why = "this ONNX Runtime has no other"
        else:
            why = "the best of those that were tried"
        return f"{providers.chosen(read_card(chosen_model()).sha256).name}: {why}"

    def extension_is_ours(self) -> str:
        folder = extension_folder()
        if folder is None:
            raise Broken("the extension is not built", "python3 scripts/install.py, in a checkout")
        try:
            seen = extension_id(json.loads((folder / "manifest.json").read_bytes())["key"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Broken(f"{folder / 'manifest.json'} cannot be used: {error!r}", REINSTALL) from error
        if seen != EXTENSION_ID:
            raise Broken(f"the extension in {folder} has the id {seen}, not {EXTENSION_ID}", REINSTALL)
        return f"{EXTENSION_ID}, to be loaded from {folder}"

    def model_is_whole(self) -> str:
        from veritile.frame.card import read_card
        from veritile.native.status import MODEL_VARIABLE, chosen_model

        named = os.environ.get(MODEL_VARIABLE)
        remedy = f"correct or unset {MODEL_VARIABLE}, which names {named}" if named else RESTORE
        try:
            card = read_card(chosen_model())
            with card.file.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (VeritileError, OSError) as error:
            raise Broken(str(error), remedy) from error
        if digest != card.sha256:
            raise Broken(f"{card.file} is not the file that its card describes (SHA-256)", remedy)
        return f"{card.name} {card.version}, SHA-256 {digest[:12]}…"
