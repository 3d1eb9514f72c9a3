"""``python -m demo_portal --token SECRET``: the demo Portal alone, for whoever writes the other side."""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.serving import make_server

from demo_portal.app import create_demo_portal
from demo_portal.settings import DemoPortalSettings


def main() -> None:
    """Serve until interrupted; the port is printed first."""
    words = argparse.ArgumentParser(prog="python -m demo_portal", description=__doc__)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--folder", type=Path, default=Path("instance"))
    words.add_argument("--token", required=True, help="the secret of the contract")
    words.add_argument("--events-url", default="", help="whom to tell: https://…/portal/events")
    given = words.parse_args()
    server = make_server("127.0.0.1", given.port, lambda *_: [], threaded=True)
    server.app = create_demo_portal(
        DemoPortalSettings(
            folder=given.folder,
            url=f"http://127.0.0.1:{server.server_port}",
            events_url=given.events_url,
            token=given.token,
            spawn=(lambda task: threading.Thread(target=task, daemon=True).start())
            if given.events_url
            else (lambda _task: None),
            now=lambda: datetime.now(UTC),
        )
    )
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
