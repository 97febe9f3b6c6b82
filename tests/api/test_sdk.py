"""The examples of docs/sdk.md run as they stand; the client meets a service that goes away."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

import pictures
from bootstrap import ROOT
from serving import Served, apart, film_of_a_person
from veritile.api.client import connect
from veritile.errors import ServerError

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/sdk.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_the_example_runs(
    example: str,
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    face = pictures.jpeg(pictures.person())
    Path("face.jpg").write_bytes(face)
    film_of_a_person(Path("call.mp4"))
    given = {"url": served.url, "token": served.token, "pictures": [face, face]}
    apart(lambda: exec(compile(example, "docs/sdk.md", "exec"), given))
    assert capsys.readouterr().out


def test_a_client_gets_verdicts_on_each_participant(served: Served) -> None:
    async def main() -> None:
        async with connect(served.url, served.token) as live:
            face, nobody = pictures.jpeg(pictures.person()), pictures.jpeg(pictures.empty())
            looks = await asyncio.gather(live.look(face, participant="a"), live.look(nobody, participant="b"))
            assert looks[0].score == pytest.approx(0.8808, abs=1e-3)
            assert looks[1].reason == "no_face"
            heat = await live.heatmap("a")
            assert heat.jpeg[:2] == b"\xff\xd8"
            assert heat.score == pytest.approx(0.8808, abs=1e-3)
            with pytest.raises(ServerError, match="could be judged yet"):
                await live.heatmap("b")
            assert (await live.look(b"no picture")).error.code == 401  # type: ignore[union-attr]

    apart(lambda: asyncio.run(main()))


def test_a_wrong_token_or_address_is_told(served: Served) -> None:
    async def main(url: str, token: str) -> None:
        async with connect(url, token):
            pass

    with pytest.raises(ServerError, match="is `veritile serve` running"):
        apart(lambda: asyncio.run(main(served.url, "wrong")))
    with pytest.raises(ServerError, match="is `veritile serve` running"):
        apart(lambda: asyncio.run(main("http://127.0.0.1:9", served.token)))
