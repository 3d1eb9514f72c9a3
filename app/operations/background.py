"""What runs beside requests: routing's wake-ups, the ticker, the pulse of open tabs, jobs.

Embedded, the one web process does it all; in production web processes route and vouch for their
tabs, and the worker (``flask worker``) ticks and runs the jobs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import sessions
from app.assist.guided import service as guided
from app.assist.portal import commands as portal_commands
from app.assist.portal import events as portal_events
from app.calls.call import commands_outbox, dispatch
from app.calls.provider import watch as provider_watch
from app.channels import dispatch as message_dispatch
from app.channels.mail import mailbox_round
from app.channels.sms import watch as text_watch
from app.desk import departures, live, sockets
from app.desk.incidents import notices
from app.dossiers.duplicates import comparing
from app.dossiers.feeds import service as feeds
from app.foundation import clock
from app.foundation.database import trouble
from app.foundation.database.batch import Batch
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import socketio
from app.foundation.wiring import ports
from app.operations import jobs, readiness, ticker
from app.tickets.promises import reminders
from app.web import news
from app.web.acts import store as acts

log = logging.getLogger(__name__)

PULSE_SECONDS = 5
REMINDER_SECONDS = 10
ANSWERS_SECONDS = 60
PORTAL_SECONDS = 2
MAILBOX_SECONDS = 10
FORGET_NEWS_SECONDS = 3600
FEEDS_SECONDS = 1
COMPARE_SECONDS = 0.5  # a hundred persons each time
FORGET_SECONDS = 0.5  # far below the lease of a command, which would be sent again


class Router:
    """Runs routing when woken; wake-ups that come together make one run."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._woken = threading.Event()

    def wake(self) -> None:
        """Look at the queue soon."""
        self._woken.set()

    def serve(self) -> None:
        """Run for ever, one look at a time."""
        while True:
            self._woken.wait()
            self._woken.clear()
            guarded(self._app, "routing", route)


def route() -> None:
    """Offer what can be offered now: calls, then messages, which do not wait on a line."""
    dispatch.run()
    message_dispatch.run()


def guarded(app: Flask, what: str, task: Callable[[], Any]) -> None:
    """Run one round of background work; a failure is logged and the next round comes."""
    try:
        with app.app_context():
            task()
    except (PermanenceError, SQLAlchemyError) as error:
        log.error("%s failed: %s", what, type(error).__name__)
        if isinstance(error, SQLAlchemyError):
            app.extensions[trouble.KEY].note(error)
    except Exception:
        log.exception("%s failed", what)


def spawn_served(app: Flask, task: Callable[[], object], after: float = 0.0) -> None:
    """Run a task beside the requests of a served app, ``after`` so many seconds."""

    def run() -> None:
        if after:
            socketio.sleep(after)
        guarded(app, "effect", task)

    socketio.start_background_task(run)


def spawn_now(_app: Flask, task: Callable[[], object], _after: float = 0.0) -> None:
    """Run a task at once: tests see what it did."""
    task()


def nothing(_task: Callable[[], object]) -> None:
    """Run no task: a test carries it out by itself."""


def install(app: Flask, testing: bool) -> None:
    """Give ``wiring.spawn``, ``wiring.wake`` and ``news`` their meaning for this app."""
    app.extensions[trouble.KEY] = trouble.Notes()
    router = Router(app)
    app.extensions["permanence.router"] = router
    app.extensions["permanence.spawn"] = spawn_now if testing else spawn_served
    app.extensions["permanence.wake"] = route if testing else router.wake

    def start(task: Callable[[], None]) -> None:
        spawn_served(app, task)

    app.extensions["permanence.signed_out"] = lambda agent: departures.signed_out(
        agent, now=clock.now()
    )
    changed = Batch(live.tell_desks, start)
    news.install(
        app,
        desks=live.tell_desks if testing else changed.add,
        line=live.tell_line,
    )
    done = Batch(commands_outbox.delete_rows, start, lambda: socketio.sleep(FORGET_SECONDS))
    app.extensions["permanence.commands_done"] = (
        commands_outbox.delete_rows if testing else done.add
    )


def start_web(app: Flask) -> None:
    """Background work of every web process."""
    socketio.start_background_task(app.extensions["permanence.router"].serve)
    every(app, PULSE_SECONDS, "pulse", sockets.vouch)
    every(app, PULSE_SECONDS, "sockets", app.extensions["permanence.door"].sweep)
    watch = live.LineWatch()
    every(app, live.LOOK_SECONDS, "watch of the line", lambda: look(watch))


def look(watch: live.LineWatch) -> None:
    """Look at the line, if anybody here would hear of it."""
    if sockets.any_open():
        watch.look()


def start_ticker(app: Flask) -> None:
    """Deadlines, and the comparison with the provider's records, each at its own pace.

    Several processes may do it: one at a time works.
    """
    settings = app.extensions["permanence.settings"]
    every(app, PULSE_SECONDS, "sessions", lambda: sessions.sweep(now=clock.now()))
    every(app, ANSWERS_SECONDS, "answers kept", lambda: acts.drop_old_answers(now=clock.now()))
    every(app, settings.ticker_seconds, "ticker", _ticking())
    every(app, REMINDER_SECONDS, "reminders", lambda: reminders.look(clock.now()))
    every(app, REMINDER_SECONDS, "words of incidents", lambda: notices.go_on(clock.now()))
    every(app, FEEDS_SECONDS, "files that are sent", lambda: feeds.work(pause=_let_others))
    every(app, COMPARE_SECONDS, "duplicates", lambda: comparing.work(clock.now()))
    every(app, PORTAL_SECONDS, "portal", ask_portal_again)
    for what, chore in app.extensions.get("permanence.chores", ()):
        every(app, PORTAL_SECONDS, what, chore)
    every(app, MAILBOX_SECONDS, "mailbox", lambda: mailbox_round.look(ports().mailbox, clock.now()))
    every(app, FORGET_NEWS_SECONDS, "events kept", lambda: portal_events.forget(clock.now()))
    every(app, FORGET_NEWS_SECONDS, "guided phones", lambda: guided.forget(clock.now()))
    if settings.reconcile_seconds > 0:
        every(app, settings.reconcile_seconds, "reconciliation", compare_with_provider)


def ask_portal_again() -> None:
    """What the Portal has not answered yet."""
    portal_commands.carry_due(ports().portal, clock.now())


def _let_others() -> None:
    """Between two blocks of a file: who serves callers in this process goes first."""
    socketio.sleep(jobs.PAUSE_SECONDS)


def compare_with_provider() -> None:
    """Our calls and text messages against the provider's records."""
    provider_watch.run(text_watch.compare)


def _ticking() -> Callable[[], None]:
    """Tick, and once in a while write down that the ticker lives."""
    last: datetime | None = None

    def tick() -> None:
        nonlocal last
        ticker.tick(clock.now())
        now = clock.now()
        if last is None or now - last >= readiness.BEAT_EVERY:
            readiness.beat(now)
            last = now

    return tick


def every(app: Flask, seconds: float, what: str, task: Callable[[], Any]) -> None:
    """Repeat a task with a pause between two rounds."""

    def loop() -> None:
        while True:
            guarded(app, what, task)
            socketio.sleep(seconds)

    socketio.start_background_task(loop)


def start(app: Flask) -> None:
    """Start what this web process must run; without Redis that is everything."""
    start_web(app)
    if not app.extensions["permanence.settings"].redis_url:
        start_ticker(app)
        jobs.start_embedded(app)
