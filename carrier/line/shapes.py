"""Our objects as the REST API's JSON. Dates are RFC 2822, flags are JSON booleans."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from carrier.line.conferences import Conference, Participant
from carrier.line.legs import Leg
from carrier.line.messages import TextMessage, kind_of
from carrier.line.queues import CallQueue, QueueEntry
from carrier.line.registry import Resource
from carrier.webhooks.history import CallEvent, snake_case

Json = dict[str, Any]


def when(instant: datetime | None) -> str | None:
    """A date as the API writes it."""
    return format_datetime(instant) if instant else None


def call(leg: Leg, account: str) -> Json:
    """A Call resource."""
    return {
        "sid": leg.sid,
        "account_sid": account,
        "parent_call_sid": leg.parent_sid or None,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "to": leg.to,
        "to_formatted": leg.to,
        "direction": leg.direction,
        "status": leg.status,
        "date_created": when(leg.created_at),
        "date_updated": when(leg.ended_at or leg.answered_at or leg.created_at),
        "start_time": None if leg.status == "queued" else when(leg.created_at),
        "end_time": when(leg.ended_at),
        "duration": str(leg.duration) if leg.over else None,
        "price": None,
        "price_unit": "EUR",
        "api_version": "2010-04-01",
        "annotation": None,
        "answered_by": leg.answered_by or None,
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "phone_number_sid": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"/2010-04-01/Accounts/{account}/Calls/{leg.sid}.json",
        "subresource_uris": {},
    }


def event(entry: CallEvent, account: str) -> Json:
    """A call's Event: the names of the parameters are in snake_case, as Twilio writes them."""
    return {
        "request": {
            "url": entry.url,
            "method": entry.method,
            "parameters": {snake_case(name): value for name, value in entry.parameters.items()}
            | {"account_sid": account},
        },
        "response": {
            "date_created": when(entry.at),
            "request_duration": round(entry.answer.seconds * 1000),
            "response_code": entry.answer.status or None,
            "content_type": entry.answer.content_type or None,
            "response_body": entry.answer.body.decode(errors="replace"),
        },
    }


def conference(room: Conference, account: str) -> Json:
    """A Conference resource."""
    return {
        "sid": room.sid,
        "account_sid": account,
        "friendly_name": room.name,
        "status": room.status,
        "region": "local",
        "reason_conference_ended": room.reason_ended or None,
        "call_sid_ending_conference": room.ended_by or None,
        "date_created": when(room.created_at),
        "date_updated": when(room.updated_at or room.created_at),
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Conferences/{room.sid}.json",
        "subresource_uris": {},
    }


def participant(room: Conference, member: Participant, account: str) -> Json:
    """A Participant resource."""
    return {
        "account_sid": account,
        "call_sid": member.leg.sid,
        "conference_sid": room.sid,
        "label": member.label or None,
        "muted": member.muted,
        "hold": member.hold,
        "coaching": bool(member.coached),
        "call_sid_to_coach": member.coached or None,
        "start_conference_on_enter": member.start_on_enter,
        "end_conference_on_exit": member.end_on_exit,
        "status": "connected",
        "queue_time": "0",
        "date_created": when(member.joined_at),
        "date_updated": when(room.updated_at or member.joined_at),
        "uri": f"/2010-04-01/Accounts/{account}/Conferences/{room.sid}"
        f"/Participants/{member.leg.sid}.json",
    }


def queue(line: CallQueue, account: str) -> Json:
    """A Queue resource."""
    return {
        "sid": line.sid,
        "account_sid": account,
        "friendly_name": line.name,
        "current_size": len(line.entries),
        "max_size": line.max_size,
        "average_wait_time": line.average_wait(),
        "date_created": when(line.created_at),
        "date_updated": when(line.created_at),
        "uri": f"/2010-04-01/Accounts/{account}/Queues/{line.sid}.json",
    }


def member(entry: QueueEntry, account: str) -> Json:
    """A queue Member resource."""
    return {
        "call_sid": entry.leg.sid,
        "queue_sid": entry.queue.sid,
        "date_enqueued": when(entry.entered_at),
        "position": entry.queue.position(entry),
        "wait_time": entry.waited,
        "uri": f"/2010-04-01/Accounts/{account}/Queues/{entry.queue.sid}"
        f"/Members/{entry.leg.sid}.json",
    }


def message(text: TextMessage, account: str) -> Json:
    """A Message resource."""
    return {
        "sid": text.sid,
        "account_sid": account,
        "from": text.from_,
        "to": text.to,
        "body": text.body,
        "status": text.status,
        "direction": text.direction,
        "num_segments": str(text.segments),
        "num_media": str(len(text.media)),
        "error_code": text.error_code,
        "error_message": None,
        "date_created": when(text.created_at),
        "date_updated": when(text.sent_at or text.created_at),
        "date_sent": when(text.sent_at),
        "messaging_service_sid": text.service_sid or None,
        "price": None,
        "price_unit": "EUR",
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{text.sid}.json",
        "subresource_uris": {
            "media": f"/2010-04-01/Accounts/{account}/Messages/{text.sid}/Media.json"
        },
    }


def media(text: TextMessage, account: str) -> list[Json]:
    """The Media resources of a message: one for each of its pictures, named by its place."""
    return [
        {
            "sid": f"ME{n:02x}{text.sid[4:]}",
            "account_sid": account,
            "parent_sid": text.sid,
            "content_type": kind_of(url),
            "date_created": when(text.created_at),
            "date_updated": when(text.created_at),
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{text.sid}/Media/ME{n:02x}{text.sid[4:]}.json",
        }
        for n, url in enumerate(text.media)
    ]


def configured(resource: Resource, account: str, kind: str) -> Json:
    """An IncomingPhoneNumber or Application resource."""
    return {
        **resource,
        "account_sid": account,
        "api_version": "2010-04-01",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "date_created": None,
        "date_updated": None,
        "uri": f"/2010-04-01/Accounts/{account}/{kind}/{resource['sid']}.json",
    }
