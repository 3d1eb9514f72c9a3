"""A Portal that misbehaves, in a process of its own: how, the dossier's reference says.

    python tests/adapters/portal_server.py     prints its port; ends when its standard input does

It counts what it was asked by Idempotency-Key, so that a test sees what was done twice.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {"step1_url": "{}/1", "step2_url": "{}/2", "expires_at": "2021-06-25T08:40:00+00:00"}
seen: dict[str, int] = {}
tries: dict[str, int] = {}


class Handler(BaseHTTPRequestHandler):
    """One request, answered as its reference says."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The counts, or a state."""
        if self.path == "/seen":
            return self.say(200, json.dumps(seen))
        return self.answer()

    def do_POST(self) -> None:
        """A command."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer()

    def answer(self) -> None:
        """As the reference says: /dossiers/<how>/…"""
        how = self.path.split("/")[2]
        key = self.headers.get("Idempotency-Key", self.path)
        tries[key] = tries.get(key, 0) + 1
        first = tries[key] == 1
        if self.headers.get("Authorization") != "Bearer right":
            return self.say(401, "{}")
        if how == "SLOW":
            time.sleep(1.5)
        if how in ("STUMBLES", "ERRS") and first:
            return self.say(503 if how == "STUMBLES" else 500, "starting")
        seen.setdefault(key, 0)
        seen[key] = 1  # done: once, however often it is asked
        if how == "LOST" and first:  # done, but the answer never arrives
            self.close_connection = True
            return None
        if how == "DRIPS":
            self.send_response(200)
            self.send_header("Content-Length", "9000")
            self.end_headers()
            with contextlib.suppress(OSError):  # who asked has hung up
                while self.wfile.write(b" "):
                    self.wfile.flush()
                    time.sleep(0.05)
            return None
        bodies = {
            "NONSENSE": "<html>bonjour</html>",
            "LIST": "[]",
            "HUGE": "x" * 200_000,
            "DEEP": "[" * 5000,
            "EVIL": json.dumps({**ANSWERS, "step1_url": "javascript:alert(1)"}),
            "NAIVE": json.dumps(
                {**ANSWERS, "step1_url": "http://h/1", "expires_at": "2021-06-25T08:40:00"}
            ),
        }
        if how in ("301", "500", "422"):
            codes = {"301": "{}", "500": "Traceback: secret", "422": '{"code": "not_enrolled"}'}
            return self.say(int(how), codes[how])
        base = f"http://{self.headers['Host']}"
        right = {**ANSWERS, "step1_url": f"{base}/1", "step2_url": f"{base}/2"}
        state = {"enrolled": True, "account": "open", "slots": [{"kind": "rib", "state": "orange"}]}
        return self.say(200, bodies.get(how) or json.dumps({**right, **state}))

    def say(self, status: int, body: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "/dossiers/RIGHT/unlock")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
