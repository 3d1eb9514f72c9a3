"""The local outbox, page by page: the mails that an embedded installation would have sent.

There is none as soon as an SMTP server is set: then this page says so. Mails hold personal data,
so staff alone read them; a mail's HTML is shown in a frame that can run nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts import journal
from app.assist.mail import dsn
from app.assist.mail.life import clock_time, long_moment
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.ports import LocalMailbox, OutboxMail
from app.foundation.roles import DESK, STAFF, Role
from app.foundation.text.patterns import SPACE, pattern
from app.foundation.wiring import ports
from app.web import helpline
from app.web.access import allow
from app.web.whose import SERVICE, about

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
        reasons=_reasons()
        if current_user.role in DESK and may_come_back() and mail.message_id
        else {},
        moment=long_moment,
    )


@bp.post("/outbox/<key>/return")
@allow(*DESK)
@about(SERVICE)
def send_back(key: str) -> WerkzeugResponse:
    """Make this mail come back (``reason``): a report in the local mailbox, read by the same round as a server's."""
    mail, box = _mail(key), ports().mailbox
    if not isinstance(box, LocalMailbox):
        raise NotFound("Cette installation n'a pas de boîte locale.")
    try:
        report = dsn.feigned(mail.message_id, mail.to, request.form.get("reason", ""))
    except ValueError:
        raise InvalidInput(
            "Dites pourquoi ce mail revient.",
            kept="Rien n'a été changé.",
            todo="Choisissez une raison, puis recommencez.",
        ) from None
    box.put(report)
    with unit_of_work():
        journal.record("mail_sent_back", "outbox:mail", agent_id=current_user.id, now=clock.now())
    flash(
        _("Ce mail va revenir : le poste et le dossier l’afficheront dans quelques secondes."),
        "live",
    )
    return redirect(url_for(".read_mail", key=key))


def may_come_back() -> bool:
    """Is there a local mailbox in which a report can be put?"""
    return isinstance(ports().mailbox, LocalMailbox)


@bp.get("/outbox/<key>/html")
@allow(*STAFF)
def mail_html(key: str) -> Response:
    """A mail's HTML for the frame of ``read_mail``: no script, no form, nothing fetched."""
    mail = _mail(key)
    response = Response(mail.html or "", mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    return response


def _reasons() -> dict[str, str]:
    """Why a mail can be made to come back, in words."""
    return {
        "full": _("sa boîte mail est pleine"),
        "unknown": _("cette adresse n’existe pas"),
        "blocked": _("sa messagerie le bloque"),
    }


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
