"""The telephone page, and the files that browsers need to join the line.

The page needs no exchange: with a line elsewhere it joins that one's sockets. The files of
``static/voice`` are the carrier's library for browsers, as Twilio's Voice SDK is Twilio's.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory

from carrier.line.numbers import spaced
from carrier.settings import CarrierSettings
from carrier.texts import LANGUAGES, page_texts

HERE = Path(__file__).resolve().parent
SOCKET_CLIENT = "socket.io.min.js"
# It comes from the npm package socket.io-client: put beside our own files, or, in this repository,
# by ``bin/setup.py`` where all such files are.
VENDOR = HERE.parent / "static" / "vendor"


def create_pages(settings: CarrierSettings) -> Blueprint:
    """The blueprint of ``/telephone``."""
    bp = Blueprint("telephone", __name__, template_folder="templates")

    @bp.get("/telephone")
    def telephone() -> str:
        """A telephone in the browser, open to anybody as a telephone is."""
        numbers = [line.number for line in settings.numbers]
        language = _language(settings)
        return render_template(
            "carrier/telephone.html",
            phone_book=settings.phone_book(),
            line_number=spaced(numbers[0]) if numbers else "",
            carrier_url=settings.socket_url,
            spaced=spaced,
            texts=page_texts(language),
            language=language,
        )

    return bp


def _language(settings: CarrierSettings) -> str:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    if settings.language is not None:
        return settings.language()
    return request.accept_languages.best_match(LANGUAGES, "fr") or "fr"


def create_library() -> Blueprint:
    """The blueprint of ``/carrier/static``: the page's files, and the library for browsers."""
    bp = Blueprint("carrier_library", __name__, url_prefix="/carrier/static")

    @bp.get("/<path:name>")
    def file(name: str) -> Response:
        """A file of ``static/``, or the Socket.IO client."""
        own = HERE / "static"
        elsewhere = name == SOCKET_CLIENT and not (own / name).is_file()
        return send_from_directory(VENDOR if elsewhere else own, name)

    return bp
