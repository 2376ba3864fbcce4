"""A reverse proxy: one address of many services, each under a path."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OF_A_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "server", "date")


@contextmanager
def in_front_of(port: int, prefix: str, *, strips: bool) -> Iterator[int]:
    """The port of one that has the server at `port` under `prefix`, which it takes away or not. Of
    what lies elsewhere it says 404: that is others'."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            if not f"{self.path}/".startswith((f"{prefix}/", f"{prefix}?")):
                self.send_error(404, "another service")
                return
            path = (self.path.removeprefix(prefix) or "/") if strips else self.path
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            inner = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                inner.request(self.command, path, body or None, dict(self.headers))
                answer = inner.getresponse()
                content = answer.read()
            finally:
                inner.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in (*OF_A_CONNECTION, "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - as its base calls them

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()
