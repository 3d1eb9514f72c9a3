"""The REST API: messages."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify, request

from carrier import clock
from carrier.current import exchange
from carrier.line import shapes
from carrier.line.messages import MAX_BODY, TextMessage
from carrier.rest.errors import RestRefused
from carrier.rest.paging import DateFilter, listed
from carrier.rest.request import Routes, account, address, created, missing, url

MAX_MEDIA = 10
SOONEST, LATEST = timedelta(minutes=15), timedelta(days=35)  # that a message may wait


def create_message() -> tuple[Response, int]:
    """Write to somebody, now or at a given time."""
    form = request.form
    to, body = address("To"), form.get("Body", "")
    service, media = form.get("MessagingServiceSid", ""), tuple(form.getlist("MediaUrl"))
    from_ = address("From") or (exchange().registry.first_number() if service else "")
    refusal = exchange().messages.refusal(from_, to)
    if refusal:
        raise RestRefused(*refusal)
    if not body and not media:
        raise RestRefused(21602)
    if len(body) > MAX_BODY:
        raise RestRefused(21617)
    if len(media) > MAX_MEDIA:
        raise RestRefused(21623, str(len(media)))
    sent = exchange().messages.send(
        from_,
        to,
        body,
        url("StatusCallback") or _of_application(),
        media=media,
        service_sid=service,
        send_at=_send_at(service),
    )
    status = "scheduled" if sent.send_at else "accepted" if service else "queued"
    return created(shapes.message(sent, account()) | {"status": status, "date_sent": None})


def _of_application() -> str:
    sid = request.form.get("ApplicationSid", "")
    if not sid:
        return ""
    application = exchange().registry.applications.get(sid)
    if application is None:
        raise RestRefused(21218)
    return application["message_status_callback"]


def _send_at(service: str) -> datetime | None:
    """When a message is to leave: from 15 minutes to 35 days from now; None: now."""
    given, kind = request.form.get("SendAt", ""), request.form.get("ScheduleType", "")
    if not given and not kind:
        return None
    if not service:
        raise RestRefused(35118)
    try:
        instant = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise RestRefused(35114, given) from None
    if kind != "fixed" or instant.tzinfo is None:
        raise RestRefused(35114, given)
    if not SOONEST <= instant - clock.now() <= LATEST:
        raise RestRefused(35114, given)
    return instant


def list_messages() -> Response:
    """Messages, newest first, filtered by To, From and DateSent."""
    to, from_ = request.args.get("To"), request.args.get("From")
    sent = DateFilter("DateSent")
    with exchange().board.lock:
        found = [
            shapes.message(text, account())
            for text in reversed(list(exchange().messages.by_sid.values()))
            if (to is None or text.to == to)
            and (from_ is None or text.from_ == from_)
            and sent(text.sent_at or text.created_at)
        ]
    return listed("messages", found, name=lambda shape: shape["sid"])


def fetch_message(sid: str) -> Response:
    """One message."""
    return jsonify(shapes.message(_found(sid), account()))


def _found(sid: str) -> TextMessage:
    text = exchange().messages.by_sid.get(sid)
    if text is None:
        raise missing()
    return text


def update_message(sid: str) -> Response:
    """Take back a scheduled message (Status=canceled), or blank its words (Body empty)."""
    text, form = _found(sid), request.form
    if "Body" in form:
        if form["Body"]:
            raise RestRefused(20001, "Body can only be made empty")
        text.body = ""
    if "Status" in form and (form["Status"] != "canceled" or not exchange().messages.cancel(text)):
        raise RestRefused(
            20001, f"Status {form['Status']} is not valid for a {text.status} message"
        )
    return jsonify(shapes.message(text, account()))


def delete_message(sid: str) -> tuple[str, int]:
    """Forget a message."""
    if not exchange().messages.delete(_found(sid).sid):
        raise missing()
    return "", 204


def list_media(message_sid: str) -> Response:
    """The pictures of a message."""
    found = shapes.media(_found(message_sid), account())
    return listed("media_list", found, name=lambda shape: shape["sid"])


def fetch_media(message_sid: str, sid: str) -> Response:
    """What is known of one picture."""
    text = _found(message_sid)
    shape = next((one for one in shapes.media(text, account()) if one["sid"] == sid), None)
    if shape is None:
        raise missing()
    return jsonify(shape)


def see_media(message_sid: str, sid: str) -> Response:
    """The picture itself: it stays where whoever sent it keeps it."""
    text = _found(message_sid)
    sids = [one["sid"] for one in shapes.media(text, account())]
    if sid not in sids:
        raise missing()
    return Response(status=307, headers={"Location": text.media[sids.index(sid)]})


ROUTES: Routes = (
    ("POST", "/Messages.json", create_message),
    ("GET", "/Messages.json", list_messages),
    ("GET", "/Messages/<sid>.json", fetch_message),
    ("POST", "/Messages/<sid>.json", update_message),
    ("DELETE", "/Messages/<sid>.json", delete_message),
    ("GET", "/Messages/<message_sid>/Media.json", list_media),
    ("GET", "/Messages/<message_sid>/Media/<sid>.json", fetch_media),
    ("GET", "/Messages/<message_sid>/Media/<sid>", see_media),
)
