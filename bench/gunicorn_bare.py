"""Serves bench.bare as the product is served: one gevent worker."""

import os

wsgi_app = "bench.bare:create_app()"
bind = f"127.0.0.1:{os.environ['PORT']}"
worker_class = "gevent"
workers = 1
worker_connections = 2000
keepalive = 30
loglevel = "warning"
