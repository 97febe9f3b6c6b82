"""The three platforms' real origins, served from this computer.

The pages under pages/ are written from public descriptions of the platforms'
tiles, not copied from them: a stand-in, because nobody can join a live call
from a test. The browser, the origin, the certificate check's place in it, the
WebRTC video and the extension are real.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

PAGES = Path(__file__).parent / "pages"
# As Meet's public policy is described: no worker but its own, and Trusted Types. The isolation
# headers make it the strictest page there is: what works here works on the others.
MEET_HEADERS = (
    (
        "Content-Security-Policy",
        "worker-src 'self'; require-trusted-types-for 'script'; trusted-types default",
    ),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """One platform: where its call lives, and what its page allows."""

    host: str
    path: str
    capture: str
    """The rung of the capture ladder that such a page allows, as the extension names it."""
    headers: tuple[tuple[str, str], ...] = ()
    frame: str | None = None
    """Where the call itself lives when the page holds it in a frame."""

    @property
    def url(self) -> str:
        """The address of the call."""
        return f"https://{self.host}{self.path}"

    def page(self, path: str) -> str | None:
        """The file under pages/ that is served at `path`."""
        if path == self.path:
            return "frame.html" if self.frame else "call.html"
        return "call.html" if path == self.frame else None


MEET = Origin("meet.google.com", "/abc-defg-hij", "frame worker", MEET_HEADERS)
ZOOM = Origin("app.zoom.us", "/wc/1234567890/join", "blob worker", frame="/webclient/")
TEAMS = Origin("teams.microsoft.com", "/v2/", "blob worker")
PLATFORMS = (MEET, ZOOM, TEAMS)
# Where the extension works once its user allows the site.
JITSI = Origin("meet.jit.si", "/SomeRoom", "blob worker")
ROOMS = Origin("rooms.example", "/room", "blob worker")
GRANTED = (JITSI, ROOMS)
ORIGINS = (*PLATFORMS, *GRANTED)


@contextmanager
def serve() -> Iterator[list[str]]:
    """Serve `ORIGINS` on loopback; yield the browser arguments that lead there."""
    authority = trustme.CA()
    certificate = authority.issue_cert(*(origin.host for origin in ORIGINS))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        rules = ",".join(f"MAP {origin.host}:443 127.0.0.1:{port}" for origin in ORIGINS)
        yield ["--ignore-certificate-errors", f"--host-resolver-rules={rules}"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").split(":")[0]
        origin = next((origin for origin in ORIGINS if origin.host == host), None)
        path = self.path.split("?")[0]
        name = Path(path).name if path.endswith(".js") else origin and origin.page(path)
        file = PAGES / (name or "")
        if origin is None or not file.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = file.read_bytes()
        self.send_response(200)
        kind = "text/javascript" if file.suffix == ".js" else "text/html"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for header in origin.headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: what a browser asks for besides is of no interest."""
