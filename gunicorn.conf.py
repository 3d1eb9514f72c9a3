"""How the web process is served, embedded as in production: one gevent worker a process.

A worker holds live sockets, so processes are added (each with its own port, behind nginx with
sticky sessions), never workers: Socket.IO cannot share a port between workers.
"""

import gc
import os
import sys
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

sys.path.insert(0, os.getcwd())  # where gunicorn looks too, a moment later

from app.foundation import open_files  # pure: nothing that monkey patching comes too late for

allowed = open_files.raise_limit()
# While the application loads nothing becomes rubbish: looking for it took a fifth of a start.
collecting = gc.get_threshold()
gc.set_threshold(200_000, *collecting[1:])

wsgi_app = "app.factory:create_app()"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
worker_class = "app.web.prompt_worker.PromptWorker"
workers = 1
# Open sockets and requests together: one process may carry the desks of both, and callers too.
worker_connections = allowed.connections
timeout = 60  # seconds without a heartbeat of the event loop before the worker is restarted
graceful_timeout = 5  # requests are short; sockets never end by themselves, they reconnect
keepalive = 30
preload_app = False  # monkey patching comes first, in the worker
forwarded_allow_ips = "127.0.0.1,::1"
control_socket_disable = True
umask = 0o077  # what it writes is for its own user

# No personal data: no address of the visitor, no query string, no referrer, no cookie.
accesslog = os.environ.get("ACCESS_LOG") or None
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info")


def path_of_line(path: str) -> str:
    """The path as the access log may hold it."""
    from app.web.masked_paths import masked  # pure: nothing that monkey patching comes too late for

    return masked(path)


class PrivateLogger(Logger):
    """Logs without what identifies a person or opens something: paths, and errors of libraries."""

    def setup(self, cfg: Any) -> None:
        """The handlers, whose lines are masked."""
        from app.web import masked_logs

        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                masked_logs.mask(handler)

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The values of one access line."""
        atoms: dict[str, Any] = super().atoms(*args, **kwargs)
        atoms["U"] = path_of_line(atoms.get("U") or "")
        return atoms


logger_class = PrivateLogger


def on_starting(server: Any) -> None:
    """Settings that are missing or unsafe end the start, with a sentence for each; what the system allows is said."""
    from app.foundation import config  # pure: nothing that monkey patching comes too late for
    from app.foundation.exceptions import ConfigurationError

    try:
        config.load()
    except ConfigurationError as error:
        sys.exit(" ".join(part for part in error.told() if part))
    if allowed.is_enough:
        server.log.info("%s.", allowed)
    else:
        server.log.warning("%s. %s", allowed, open_files.REMEDY)


def post_worker_init(worker: Any) -> None:
    """Start routing and the pulse of open tabs; without Redis the ticker and the jobs too."""
    from app.demo import accounts
    from app.foundation.exceptions import ConfigurationError
    from app.operations import (
        background,  # only here: monkey patching comes before any import of the app
    )

    try:
        accounts.refuse_open_ones(worker.wsgi)
    except ConfigurationError as error:
        worker.log.error(" ".join(part for part in error.told() if part))
        sys.exit(Arbiter.WORKER_BOOT_ERROR)  # the master ends too: a new worker would find the same
    background.start(worker.wsgi)
    # What is loaded by now lives as long as the process: the collector need not walk it again
    # (it was most of the slowest routing decisions, docs/adr/0010).
    gc.collect()
    gc.freeze()
    gc.set_threshold(*collecting)
