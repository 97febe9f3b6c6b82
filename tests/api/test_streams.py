"""The WebSocket: pictures in JSON, and the host's protocol in msgpack, by independent clients."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

import pictures
from serving import Served, data_url

START = {
    "type": "start_stream",
    "config": {"video_enabled": True, "quality": "medium", "detection_sensitivity": "high"},
}


def ask(socket: ClientConnection, message: dict[str, Any]) -> dict[str, Any]:
    socket.send(json.dumps(message))
    told: dict[str, Any] = json.loads(socket.recv(timeout=30))
    return told


def test_a_stream_of_pictures_gets_the_shape_that_clients_expect(served: Served) -> None:
    frame = {"type": "video_frame", "data": data_url(pictures.person()), "timestamp": 1234567}
    with served.socket() as socket:
        socket.send(json.dumps(START))
        told = ask(socket, frame)
        assert list(told) == ["type", "session_id", "result", "timestamp"]
        assert (told["type"], told["timestamp"]) == ("analysis_result", 1234567)
        assert isinstance(told["timestamp"], int)  # as it was sent: some clients take no other number
        assert list(told["result"]) == ["authenticity_score", "label", "confidence", "processing_time_ms"]
        assert told["result"]["authenticity_score"] == pytest.approx(0.1192, abs=1e-3)
        (session,) = served.client.get("/sessions").json()
        assert (session["session_id"], session["frames"]) == (told["session_id"], 1)
        last = ask(socket, {"type": "stop_stream"})
        assert last["type"] == "analysis_result"
        assert isinstance(last["timestamp"], int)
        assert last["result"]["authenticity_score"] == told["result"]["authenticity_score"]
    log = served.client.get(f"/logs/{told['session_id']}").json()
    assert log["platform"] == "api"
    assert log["session"] in [call["session_id"] for call in served.client.get("/logs").json()]
    assert served.client.get("/logs/nothing-like-it").status_code == 404


def test_enough_looks_make_a_label(served: Served) -> None:
    labels = []
    with served.socket() as socket:
        socket.send(json.dumps(START))
        began = time.monotonic()
        for number in range(400):
            # Another picture each time: one that shows nothing new counts for nothing.
            shown = pictures.person(640, 360, face_px=120 + number % 40, x=0.4 + 0.002 * (number % 60))
            told = ask(socket, {"type": "video_frame", "data": data_url(shown), "timestamp": number})
            assert told["timestamp"] == number
            labels.append(told["result"]["label"])
            if labels[-1] == "likely_fake":
                break
    assert labels[0] == "inconclusive"
    assert labels[-1] == "likely_fake"
    assert time.monotonic() - began > 0.5  # one moment decides nothing


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        {"type": "video_frame", "data": "data:image/jpeg;base64,/9j/2Q==", "timestamp": 0},
        {"type": "video_frame", "data": "data:text/html;base64,AAAA"},
        {"type": "video_frame", "data": "data:image/jpeg;base64,AAAA", "timestamp": 10**30},
        {"type": "start_stream", "config": {"detection_sensitivity": "paranoid"}},
        {"type": "unknown"},
        [],
    ],
)
def test_what_cannot_be_used_is_told_and_the_stream_goes_on(served: Served, message: Any) -> None:
    with served.socket() as socket:
        socket.send(json.dumps(START))
        assert ask(socket, message)["type"] == "error"
        frame = {"type": "video_frame", "data": data_url(pictures.person()), "timestamp": 1}
        assert ask(socket, frame)["type"] == "analysis_result"


def test_the_hosts_protocol_is_spoken_in_msgpack(served: Served) -> None:
    with served.socket(["veritile.v1"]) as socket:
        assert socket.subprotocol == "veritile.v1"

        def say(kind: str, **fields: Any) -> None:
            socket.send(msgpack.packb({"type": kind, "v": 1, **fields}))

        def answer_to(request: int) -> dict[str, Any]:
            while (told := msgpack.unpackb(socket.recv(timeout=30))).get("re") != request:
                pass
            return dict(told)

        say("hello", id=1, protocols=[1], client={"name": "test", "version": "1"})
        assert answer_to(1)["type"] == "info"
        say("open", id=2, session="s", platform="test")
        assert answer_to(2)["sessions"] == 1
        frame = {
            "participant": "p",
            "captured_at": time.time() * 1000,
            "jpeg": pictures.jpeg(pictures.person()),
        }
        say("frames", id=3, session="s", frames=[frame | {"video": {"width": 640, "height": 360}}])
        verdicts = answer_to(3)
        assert verdicts["items"][0]["participant"] == "p"
        assert verdicts["items"][0]["score"] == pytest.approx(0.8808, abs=1e-3)
        socket.send(b"\xc1 is no msgpack")
        assert msgpack.unpackb(socket.recv(timeout=30))["code"] == 104
        say("ping", id=4)
        assert answer_to(4)["type"] == "pong"


def test_more_sessions_than_allowed_are_refused(served: Served) -> None:
    with ExitStack() as sockets:
        for _ in range(3):
            sockets.enter_context(served.socket())
        with served.socket() as one_more, pytest.raises(ConnectionClosed) as closed:
            one_more.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


def test_a_client_that_has_gone_leaves_no_open_call_in_the_log(served: Served) -> None:
    with served.socket(["veritile.v1"]) as socket:
        hello = {"id": 1, "protocols": [1], "client": {"name": "test", "version": "1"}}
        open_ = {"id": 2, "session": "gone", "platform": "gone-test"}
        for kind, fields in (("hello", hello), ("open", open_)):
            socket.send(msgpack.packb({"type": kind, "v": 1, **fields}))
        frame = {"participant": "p", "captured_at": 1.0, "jpeg": pictures.jpeg(pictures.person())}
        socket.send(
            msgpack.packb(
                {
                    "type": "frames",
                    "v": 1,
                    "id": 3,
                    "session": "gone",
                    "frames": [frame | {"video": {"width": 640, "height": 360}}],
                }
            )
        )
        while msgpack.unpackb(socket.recv(timeout=30)).get("re") != 3:
            pass
        assert [call["closed_at"] for call in calls_from(served)] == [None]
    # The service notices on its own time.
    deadline = time.monotonic() + 30
    while [call["closed_at"] for call in calls_from(served)] == [None]:
        assert time.monotonic() < deadline


def calls_from(served: Served) -> list[dict[str, Any]]:
    return [call for call in served.client.get("/logs").json() if call["platform"] == "gone-test"]
