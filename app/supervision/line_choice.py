"""Which line a page is about, where a service has several: ``?line=``, kept by the page's own links."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.foundation.text import outside
from app.lines import service as line_service
from app.lines import store as line_store


def install(bp: Blueprint) -> None:
    """Let every page and act of ``bp`` be about the line that its address names, else the first."""

    @bp.before_request
    def choose() -> None:
        line_service.about(outside.identifier(request.args.get("line")))

    @bp.url_defaults
    def keep(_endpoint: str, values: dict[str, Any]) -> None:
        if (asked := line_service.asked()) is not None:
            values.setdefault("line", asked)

    @bp.context_processor
    def lines() -> dict[str, Any]:
        return {"every_line": line_store.every}  # asked by the pages that show them
