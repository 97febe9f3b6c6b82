"""Which clips are found in folders and tables, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from live.films import write_pair, write_table
from veritile.errors import CorruptImageError, FileUnreadableError, NoFramesError, VeritileError
from veritile.live.sources import FEWEST, find, pairs


def test_folder_of_videos(clips: Path) -> None:
    found = find([clips], 2.5)
    name = clips.name
    assert [(source.name, source.fake, source.pair) for source in found.sources] == [
        (f"{name}/anna-fake", True, f"{name}/anna"),
        (f"{name}/anna-real", False, f"{name}/anna"),
    ]
    (frames,) = {len(list(source.frames())) for source in found.sources}
    assert frames == 20


def test_table_of_pictures_in_their_order_at_the_rate_that_is_asked_for(tmp_path: Path) -> None:
    found = find([write_table(tmp_path)], 2.0)
    assert [source.name for source in found.sources] == ["drawn/anna/fake", "drawn/anna/real"]
    frames = list(found.sources[1].frames())
    assert [frame.t for frame in frames] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert found.sources[1].pictures == tuple(f"anna/real/{place}.jpg" for place in range(6))
    assert np.mean(frames[0].rgb[..., 1]) > np.mean(frames[0].rgb[..., 0])


def test_stills_are_left_out_and_counted(tmp_path: Path) -> None:
    write_table(tmp_path)
    assert find([tmp_path], 2.5).stills == 1


def test_clips_of_a_few_pictures_only_are_no_calls(tmp_path: Path) -> None:
    write_table(tmp_path, count=FEWEST - 1)
    with pytest.raises(NoFramesError, match="All 3 clips"):
        find([tmp_path], 2.5)


def test_table_of_videos(tmp_path: Path) -> None:
    write_pair(tmp_path, "bob", count=6)
    table = tmp_path / "mine.csv"
    table.write_text("path,label\nbob-real.avi,real\nbob-fake.avi,fake\n", encoding="utf-8-sig")
    found = find([table], 2.5)
    ((real, fake),) = pairs(found.sources)
    assert (real.name, fake.name) == ("bob-real.avi", "bob-fake.avi")
    assert len(list(fake.frames())) == 6


def test_fake_without_its_real_one_is_no_pair(clips: Path) -> None:
    fake = find([clips], 2.5).sources[0]
    with pytest.raises(NoFramesError, match="NAME-real"):
        pairs([fake])


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (None, FileUnreadableError, "does not exist"),
        ("", NoFramesError, "lists no clip"),
        ("path,label\n", NoFramesError, "lists no clip"),
        ("path,label\na.mp4,maybe\n", CorruptImageError, "maybe"),
        ("file,clip,label,frame\na.jpg,a,real,first\n", CorruptImageError, "first"),
        ("file,label,frame\na.jpg,real,1\n", CorruptImageError, "clip"),
        ("path,label\na.mp4\n", CorruptImageError, "label"),
        ("path,label\na.mp4,real\na.mp4,fake\n", CorruptImageError, "twice"),
        ("\xff\xfe", CorruptImageError, "no table of text"),
    ],
)
def test_table_that_cannot_be_used(
    tmp_path: Path, content: str | None, kind: type[VeritileError], says: str
) -> None:
    table = tmp_path / "clips.csv"
    if content is not None:
        table.write_bytes(content.encode("latin-1"))
    with pytest.raises(kind, match=says) as caught:
        find([table], 2.5)
    assert "clips.csv" in str(caught.value) or says == "twice"


def test_folder_without_labels_says_how_to_name_them(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").touch()
    with pytest.raises(NoFramesError, match=r"NAME-real\.mp4"):
        find([tmp_path], 2.5)
