"""``python -m carrier --application http://localhost:5000 --port 5050``."""

from gevent import monkey

monkey.patch_all()

from carrier.standalone import serve  # noqa: E402 - nothing may be imported before

serve()
