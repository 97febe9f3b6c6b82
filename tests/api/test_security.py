"""Who may not ask is refused, learns nothing, and the service lives on."""

from __future__ import annotations

import io
import socket
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import pictures
from serving import Served, data_url, film_of_a_person

PATHS = (
    "/",
    "/health",
    "/sessions",
    "/logs",
    "/logs/x",
    "/metrics",
    "/openapi.json",
    "/api/jobs",
    "/nothing",
)


@pytest.fixture(autouse=True)
def lives(served: Served) -> Iterator[None]:
    """Whatever a test does, the service answers afterwards."""
    yield
    assert served.client.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_the_token_nothing_is_told(served: Served, path: str, header: dict[str, str]) -> None:
    response = httpx.get(served.url + path, headers=header)
    assert response.status_code == 401
    assert set(response.json()) == {"status", "error"}
    assert served.token not in response.text
    assert "tiny" not in response.text


def test_the_token_is_for_its_user_alone(served: Served) -> None:
    path = served.folder / "data" / "server" / "server.token"
    assert path.read_text() == served.token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example:80"])
def test_another_name_is_refused(served: Served, host: str) -> None:
    response = served.client.get("/health", headers={"Host": host})
    assert response.status_code in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_another_page_is_refused(served: Served, headers: dict[str, str]) -> None:
    response = served.client.post("/api/detect", headers=headers, content=b"video=x")
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Origin": "https://evil.example"}, {"Host": "evil.example"}],
)
def test_a_websocket_is_refused_likewise(served: Served, headers: dict[str, str]) -> None:
    own = {"Authorization": f"Bearer {served.token}"} if headers and "Authorization" not in headers else {}
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{served.url.replace('http', 'ws')}/ws", additional_headers=own | headers)
    assert refused.value.response.status_code in (400, 403)


def test_a_browsers_websocket_brings_the_token_as_a_subprotocol(served: Served) -> None:
    offered = ["veritile.json", f"veritile.token.{served.token}"]
    with connect(f"{served.url.replace('http', 'ws')}/ws", subprotocols=offered) as ws:  # type: ignore[list-item]
        assert ws.subprotocol == "veritile.json"


@pytest.mark.parametrize(
    "path",
    ["/dashboard/../../../../etc/passwd", "/dashboard/%2e%2e/%2e%2e/app.py", "/dashboard/..%2fapp.py",
     "/dashboard/shared/..%2f..%2f..%2fpackage.json", "/logs/..%2f..%2fetc%2fpasswd",
     "/api/jobs/..%2f..%2fx/frame"],
)  # fmt: skip
def test_no_path_leads_out(served: Served, path: str) -> None:
    host = served.url.split("/")[2]
    with socket.create_connection(tuple(host.split(":"))) as raw:  # type: ignore[arg-type]
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {served.token}\r\n"
        raw.sendall(f"{request}Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.split()[1] in (b"404", b"405", b"422")
    assert b"root:" not in answer
    assert b"import" not in answer


def test_a_giant_upload_is_refused_before_it_is_read(served: Served) -> None:
    host = served.url.split("/")[2]
    with socket.create_connection(tuple(host.split(":"))) as raw:  # type: ignore[arg-type]
        raw.sendall(
            f"POST /api/detect HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {served.token}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 << 30}\r\n\r\n".encode()
        )
        assert b" 413 " in raw.recv(4096).split(b"\r\n")[0]


def test_an_upload_that_hides_its_length_is_cut_off(served: Served) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
        for _ in range(40):
            yield bytes(1 << 20)

    try:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        status = served.client.post("/api/detect", headers=headers, content=endless()).status_code
    except httpx.TransportError:  # closed while it was still being sent
        status = 413
    assert status == 413


def test_bombs_are_refused(served: Served) -> None:
    huge = bytearray(pictures.jpeg(pictures.empty(64, 64)))
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\xff\xff\xff"  # 65535x65535 in a few hundred bytes
    assert served.client.post("/api/detect", files={"video": ("a.jpg", bytes(huge))}).status_code == 413
    squeezed = served.client.post(
        "/analyze/frame",
        content=b"\x1f\x8b" + bytes(100),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert squeezed.status_code in (400, 422)


def test_a_video_that_claims_millions_of_pictures_is_refused(served: Served, tmp_path: Path) -> None:
    data = bytearray(film_of_a_person(tmp_path / "film.mp4", 3).read_bytes())
    at = data.index(b"stsz") + 12
    data[at : at + 4] = b"\x7f\xff\xff\xff"
    before = served.client.get("/health").json()["memory"]
    response = served.client.post("/api/detect", files={"video": ("film.mp4", bytes(data))})
    assert (response.status_code, response.json()["error"]["code"]) == (413, 403)
    assert served.client.get("/health").json()["memory"] - before < 50_000_000


def test_an_archive_is_no_video(served: Served) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("film.mp4", bytes(20 << 20))
    response = served.client.post("/api/detect", files={"video": ("film.zip", packed.getvalue())})
    assert response.status_code == 415


def test_a_deeply_nested_question_is_refused(served: Served) -> None:
    nested = "[" * 100_000 + "]" * 100_000
    headers = {"Content-Type": "application/json"}
    assert served.client.post("/analyze/frame", content=nested, headers=headers).status_code in (400, 422)
    with served.socket() as ws:
        ws.send(nested)
        assert '"error"' in str(ws.recv(timeout=10))


def test_answers_say_that_they_are_nobody_elses(served: Served) -> None:
    for path in ("/health", "/dashboard/"):
        headers = served.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    policy = served.client.get("/dashboard/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_picture_over_the_limit_of_a_question_is_refused(served: Served) -> None:
    url = data_url(pictures.empty(64, 64)) + "A" * (9 << 20)
    assert served.client.post("/analyze/frame", json={"image": url}).status_code == 413
