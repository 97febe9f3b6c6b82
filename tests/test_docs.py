"""What can be typed, set or met is documented: the docs and the program cannot part."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

from bootstrap import ROOT
from veritile.cli import main
from veritile.errors import VeritileError
from veritile.native.messages import ClientMessage, HostMessage

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "host/veritile/native/PROTOCOL.md").read_text(encoding="utf-8")
PAGES = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not {"node_modules", ".venv", ".git", "dist", ".pytest_cache"} & set(path.relative_to(ROOT).parts)
]
SCRIPTS = [
    path
    for path in sorted((ROOT / "scripts").glob("*.py"))
    if "__main__" in path.read_text(encoding="utf-8")  # the others are not for people to run
]
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def errors(root: type[VeritileError] = VeritileError) -> Iterator[type[VeritileError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from errors(kind)


def script_options() -> Iterator[tuple[str, str]]:
    """The options of every script, read from its source: some import what only training needs."""
    for path in SCRIPTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if called in {"add_argument", "option"}:
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                options = [word for word in words if isinstance(word, str) and word.startswith("--")]
                yield from ((path.name, option.split("/")[0]) for option in options)


def settings() -> set[str]:
    """Environment variables that the program reads."""
    sources = [*(ROOT / "host").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    found = (re.findall(r"VERITILE_[A-Z_]+", path.read_text(encoding="utf-8")) for path in sources)
    return {name for names in found for name in names}


def documents(text: str, word: str) -> bool:
    """Whether `word` stands in `text` on its own, not as a part of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


@pytest.mark.parametrize("name", sorted(main.commands))
def test_command_is_in_the_readme(name: str) -> None:
    assert f"veritile {name}" in README


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (name, option)
        for name, command in sorted(main.commands.items())
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ],
)
def test_commands_option_is_in_the_readme(command: str, option: str) -> None:
    lines = [line for line in README.splitlines() if f"veritile {command}" in line]
    assert any(documents(line, option) for line in lines), f"no line on `veritile {command}` names {option}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_documented(script: Path) -> None:
    assert f"scripts/{script.name}" in DOCS


@pytest.mark.parametrize(("script", "option"), sorted(set(script_options())))
def test_scripts_option_is_documented(script: str, option: str) -> None:
    pages = [text for path in PAGES if f"scripts/{script}" in (text := path.read_text(encoding="utf-8"))]
    assert any(documents(text, option) for text in pages), f"no page on scripts/{script} names {option}"


@pytest.mark.parametrize("name", sorted(settings()))
def test_setting_is_in_the_readme(name: str) -> None:
    assert documents(README, name)


@pytest.mark.parametrize("kind", list(errors()), ids=lambda kind: kind.__name__)
def test_error_is_in_the_protocols_table(kind: type[VeritileError]) -> None:
    assert re.search(rf"^\|\s*`?{kind.code}`?\s*\|", PROTOCOL, re.MULTILINE), f"no row for {kind.code}"


def test_error_codes_are_unique() -> None:
    codes = [kind.code for kind in errors()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("message", [*get_args(ClientMessage), *get_args(HostMessage)])
def test_message_and_its_fields_are_in_the_protocol(message: type) -> None:
    tag = message.__struct_config__.tag  # type: ignore[attr-defined]
    assert documents(PROTOCOL, f"`{tag}`")
    for field in message.__struct_fields__:  # type: ignore[attr-defined]
        assert documents(PROTOCOL, field), f"{tag}.{field}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), f"{page.name} links to {target}"
