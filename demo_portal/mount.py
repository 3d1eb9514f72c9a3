"""Mounts the demo Portal under an address of another WSGI application, as a site of its own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from demo_portal import courier
from demo_portal.app import create_demo_portal
from demo_portal.settings import DemoPortalSettings


def mount(host: Flask, address: str, settings: DemoPortalSettings) -> Callable[[], object]:
    """Serve the Portal at ``address`` before ``host``; what to run now and then, to tell its events."""
    portal = create_demo_portal(settings)
    host.wsgi_app = DispatcherMiddleware(host.wsgi_app, {address: portal})  # type: ignore[method-assign]
    state = portal.extensions["demo_portal"].state
    return lambda: courier.deliver(settings, state)
