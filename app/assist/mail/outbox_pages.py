"""The local outbox, page by page: the mails that an embedded installation would have sent.

There is none as soon as an SMTP server is set: then this page says so. Mails hold personal data,
so staff alone read them; a mail's HTML is shown in a frame that can run nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_login import current_user
from markupsafe import Markup, escape

from app.assist.mail.life import clock_time, long_moment
from app.foundation.exceptions import NotFound
from app.foundation.ports import OutboxMail
from app.foundation.roles import STAFF, Role
from app.foundation.text.patterns import SPACE, pattern
from app.foundation.wiring import ports
from app.web import helpline
from app.web.access import allow

bp = Blueprint("outbox", __name__)

# Mails are to persons of dossiers, which administrators do not read; those that open an account of
# the staff are theirs alone.

_URL = pattern(rf"https?://[^{SPACE}<>\"']+[^{SPACE}<>\"'.,;:!?)]")
_FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@bp.get("/outbox")
@allow(*STAFF)
def list_mails() -> str:
    """The mails kept here, newest first."""
    outbox = ports().outbox
    mails = [mail for mail in outbox.list() if _theirs(mail)] if outbox is not None else None
    return render_template(
        "assist/outbox.html", mails=mails, time_of=clock_time, moment=long_moment
    )


@bp.get("/outbox/<key>")
@allow(*STAFF)
def read_mail(key: str) -> str:
    """One mail: its text, with links that can be followed, and its HTML apart."""
    mail = _mail(key)
    return render_template(
        "assist/outbox_mail.html",
        mail=mail,
        text=_dialled(with_links(mail.text)),
        moment=long_moment,
    )


@bp.get("/outbox/<key>/html")
@allow(*STAFF)
def mail_html(key: str) -> Response:
    """A mail's HTML for the frame of ``read_mail``: no script, no form, nothing fetched."""
    mail = _mail(key)
    response = Response(mail.html or "", mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    return response


def _dialled(text: Markup) -> Markup:
    """The line's number in a mail's text, turned into a link as the mail's HTML has it."""
    line = helpline.number()
    link = Markup('<a href="tel:{0}">{1}</a>').format(line.tel, line.number)
    return Markup(str(text).replace(str(escape(line.number)), str(link)))  # noqa: S704 - both escaped


def with_links(text: str) -> Markup:
    """Text made safe for a page, its http(s) addresses turned into links."""
    parts, end = [], 0
    for match in _URL.finditer(text):
        address = escape(match.group())
        parts.append(escape(text[end : match.start()]))
        parts.append(
            Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(
                address
            )
        )
        end = match.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def _mail(key: str) -> OutboxMail:
    outbox = ports().outbox
    mail = outbox.get(key) if outbox is not None else None
    if mail is None or not _theirs(mail):
        raise NotFound(
            "Ce mail n'est pas dans la boîte d'envoi.", todo="Revenez à la liste des mails."
        )
    return mail


def _theirs(mail: OutboxMail) -> bool:
    return mail.for_staff == (current_user.role == Role.ADMIN)
