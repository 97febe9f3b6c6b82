"""PROTOCOL.md is the specification: what it shows is what the program reads and writes."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files
from typing import Any, get_args

import msgspec
import pytest

import veritile.errors
from veritile.decision.challenge.course import PREPARING_S
from veritile.decision.challenge.words import SAMPLE_MS
from veritile.decision.pacing import LONGEST_MS
from veritile.decision.policy import LARGEST_BUDGET, SMALLEST_BUDGET
from veritile.errors import VeritileError
from veritile.frame.decode import CALL
from veritile.native import limits
from veritile.native.codec import decode_client, decode_host, encode
from veritile.native.framing import encode_frame
from veritile.native.messages import ClientMessage, HostMessage, Info
from veritile.vocabulary import BUDGETS, Advice

PAGE = files("veritile.native").joinpath("PROTOCOL.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def section(message: Any, union: Any) -> str:
    tag = message.__struct_config__.tag
    twice = union is HostMessage and tag in {m.__struct_config__.tag for m in get_args(ClientMessage)}
    return SECTIONS[f"{tag} reply" if twice else tag]


def example(text: str) -> bytes:
    found = re.search(r"```json\n(.*)\n```", text)
    assert found
    return found[1].encode()


def field_names(kind: msgspec.inspect.Type, prefix: str = "") -> set[str]:
    """`a`, `a.b`, `a[].b` of all fields of a struct, or of the structs in a union or list."""
    match kind:
        case msgspec.inspect.StructType(fields=fields):
            names = set()
            for field in fields:
                if prefix or field.name not in ("v", "id", "re"):  # the envelope's are told once
                    name = f"{prefix}.{field.encode_name}" if prefix else field.encode_name
                    names |= {name} | field_names(field.type, name)
            return names
        case msgspec.inspect.UnionType(types=types):
            return set().union(*(field_names(part, prefix) for part in types))
        case msgspec.inspect.VarTupleType(item_type=item):
            return field_names(item, f"{prefix}[]")
    return set()


CLIENT = [(message, ClientMessage, decode_client) for message in get_args(ClientMessage)]
HOST = [(message, HostMessage, decode_host) for message in get_args(HostMessage)]


@pytest.mark.parametrize(("message", "union", "decode"), CLIENT + HOST)
def test_example_is_what_the_program_reads_and_writes(message: Any, union: Any, decode: Any) -> None:
    written = example(section(message, union))
    assert type(decode(written)) is message
    assert encode(decode(written)) == written


@pytest.mark.parametrize(("message", "union", "decode"), CLIENT + HOST)
def test_table_has_every_field(message: Any, union: Any, decode: Any) -> None:
    told = set(re.findall(r"^\| `(.+?)` \|", section(message, union), re.MULTILINE))
    assert told == field_names(msgspec.inspect.type_info(message))


def test_no_message_is_told_of_that_does_not_exist() -> None:
    assert len(SECTIONS) == len(CLIENT) + len(HOST)


def test_bytes_of_a_frame() -> None:
    found = re.search(r"```\n([0-9a-f ]+)\n```", PAGE)
    assert found
    assert bytes.fromhex(found[1]) == encode_frame(example(SECTIONS["ping"]))


def test_table_of_errors_is_the_tree() -> None:
    told = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    tree = [
        (str(error.code), name, str(inspect.getdoc(error)).splitlines()[0])
        for name, error in vars(veritile.errors).items()
        if inspect.isclass(error) and issubclass(error, VeritileError) and error is not VeritileError
    ]
    assert told == sorted(tree)
    assert len({code for code, _, _ in told}) == len(told)


def test_limits_are_those_of_the_program() -> None:
    told = decode_host(example(SECTIONS["info"]))
    assert isinstance(told, Info)
    assert told.limits.message_bytes == limits.MESSAGE_BYTES
    assert (told.limits.frame_width, told.limits.frame_height) == (CALL.long_side, CALL.short_side)
    assert (CALL.long_side, CALL.short_side) == (limits.FRAME_WIDTH, limits.FRAME_HEIGHT)
    assert told.limits.batches_in_flight == limits.BATCHES_WAITING
    for sentence in (
        f"0 to {limits.BATCH_FRAMES} pictures",
        f"At most {limits.SESSIONS} are open",
        f"At most {limits.PARTICIPANTS} a session",
        f"for {limits.ABSENT_S:g} s makes room",
        f"{limits.STALE_S * 1000:g} ms old",
        f"more than {limits.CLOCK_NONSENSE_S:g} s\n   back",
        f"up to {limits.FACES_TOLD}",
        f"newest {limits.CHANGES_KEPT} changes",
        f"within {limits.DRAIN_S:g} s",
        f"nothing for {limits.STALLED_S:g} s",
        f"while {limits.REPLIES_WAITING} replies",
        f"at most {CALL.bytes >> 20} MiB before that and {CALL.long_side}x{CALL.short_side} pixels",
        f"a progressive JPEG at most {CALL.progressive_pixels:,} pixels",
        f"{SMALLEST_BUDGET:g} to {LARGEST_BUDGET:g}",
        f"{limits.SMALLEST_SHARE:g} to {limits.LARGEST_SHARE:g}",
        f"longer than {LONGEST_MS / 1000:g} s",
        *(f"`{preset}` ({budget:g}" for preset, budget in BUDGETS.items()),
        *(f"`{advice}`" for advice in Advice),
        f"1 to {limits.ID_CHARS} characters",
        f"up to {limits.NAME_CHARS} characters",
        f"larger ones than {limits.SHOWN_BYTES:,} bytes",
        f"for {PREPARING_S:g} s there was no face",
        f"`next_sample_ms` is {SAMPLE_MS}",
    ):
        assert sentence in PAGE, sentence
