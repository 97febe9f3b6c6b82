"""A registry and a look at folders, for tests that install into machines that are not this one."""

from __future__ import annotations

from pathlib import Path


class DictionaryRegistry:
    """A hive of the registry as a dictionary: a key without a default value reads as ''."""

    def __init__(self) -> None:
        self.values = {"Software": "", r"Software\Google": "", r"Software\Google\Chrome": ""}

    def read(self, key: str) -> str | None:
        return self.values.get(key)

    def write(self, key: str, value: str) -> list[str]:
        names = key.split("\\")
        paths = ["\\".join(names[: end + 1]) for end in range(len(names))]
        created = [path for path in paths if path not in self.values]
        self.values |= dict.fromkeys(created, "") | {key: value}
        return created

    def delete(self, key: str, *, only_empty: bool = False) -> bool:
        kept = any(other.startswith(key + "\\") for other in self.values)
        if kept or key not in self.values or (only_empty and self.values[key]):
            return False
        del self.values[key]
        return True


def snapshot(home: Path) -> dict[str, bytes | None]:
    """Every path below `home`, with its content when it is a file."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(home.rglob("*"))
    }
