"""The Windows registry, as `register` needs it. Imported on Windows only."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import winreg

    class UserRegistry:
        """HKEY_CURRENT_USER; see `veritile.install.browsers.Registry`."""

        root = winreg.HKEY_CURRENT_USER

        def read(self, key: str) -> str | None:
            """Return the default value of `key`, None when there is no such key."""
            try:
                return winreg.QueryValue(self.root, key)
            except FileNotFoundError:
                return None

        def _exists(self, key: str) -> bool:
            try:
                winreg.CloseKey(winreg.OpenKey(self.root, key))
            except FileNotFoundError:
                return False
            return True

        def write(self, key: str, value: str) -> list[str]:
            """Set the default value; return the keys that had to be created, outermost first."""
            names = key.split("\\")
            paths = ["\\".join(names[: end + 1]) for end in range(len(names))]
            created = [path for path in paths if not self._exists(path)]
            with winreg.CreateKey(self.root, key) as opened:
                winreg.SetValueEx(opened, "", 0, winreg.REG_SZ, value)
            return created

        def delete(self, key: str, *, only_empty: bool = False) -> bool:
            """Delete `key` unless it has subkeys, or values when `only_empty`; tell whether it is gone."""
            try:
                with winreg.OpenKey(self.root, key) as opened:
                    subkeys, values, _ = winreg.QueryInfoKey(opened)
                if subkeys or (only_empty and values):
                    return False
                winreg.DeleteKey(self.root, key)
            except FileNotFoundError:
                return False
            return True

    class MachineRegistry(UserRegistry):
        """HKEY_LOCAL_MACHINE: for all users; only an administrator may write it."""

        root = winreg.HKEY_LOCAL_MACHINE
