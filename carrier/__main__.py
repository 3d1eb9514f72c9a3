"""``python -m carrier --voice-url http://localhost:5000/voice``."""

from gevent import monkey

monkey.patch_all()

from carrier.standalone import serve  # noqa: E402 - nothing may be imported before

serve()
