"""The REST API: conferences, queues with their members."""

from __future__ import annotations

from flask import Response, jsonify, request

from carrier.current import exchange
from carrier.line import shapes
from carrier.line.calls import NotLive
from carrier.line.conferences import Conference
from carrier.line.legs import LIVE, Source
from carrier.line.queues import CallQueue, QueueEntry
from carrier.reading import whole_number
from carrier.rest.errors import RestRefused
from carrier.rest.paging import DateFilter, listed
from carrier.rest.request import Routes, account, created, find_leg, method, missing, url

# -- conferences --------------------------------------------------------------------------------


def list_conferences() -> Response:
    """Conferences, newest first, filtered by FriendlyName, Status, DateCreated, DateUpdated."""
    name, status = request.args.get("FriendlyName"), request.args.get("Status")
    created_then, updated_then = DateFilter("DateCreated"), DateFilter("DateUpdated")
    with exchange().board.lock:
        rooms = [
            room
            for room in reversed(list(exchange().rooms.conferences.values()))
            if not room.bridge
            and (name is None or room.name == name)
            and (status is None or room.status == status)
            and created_then(room.created_at)
            and updated_then(room.updated_at or room.created_at)
        ]
    return listed(
        "conferences",
        rooms,
        lambda room: shapes.conference(room, account()),
        name=lambda room: str(room.sid),
    )


def find_room(sid: str) -> Conference:
    """A conference by SID; by name too, as the API allows for the participants' paths."""
    room = exchange().rooms.conferences.get(sid) or exchange().rooms.live(sid)
    if room is None:
        raise missing()
    return room


def announcement() -> Source | None:
    """The announcement that the form asks for, or None."""
    where = url("AnnounceUrl")
    return Source(where, method("AnnounceMethod")) if where else None


def fetch_conference(sid: str) -> Response:
    """One conference."""
    return jsonify(shapes.conference(find_room(sid), account()))


def update_conference(sid: str) -> Response:
    """End a conference (Status=completed), or announce something into it (AnnounceUrl)."""
    room = find_room(sid)
    if request.form.get("Status") == "completed":
        exchange().rooms.close(room)
    source = announcement()
    if source:
        exchange().announcer.announce(room, None, source)
    return jsonify(shapes.conference(room, account()))


# -- queues -------------------------------------------------------------------------------------


def list_queues() -> Response:
    """Every queue."""
    with exchange().board.lock:
        found = [shapes.queue(line, account()) for line in exchange().queues.by_sid.values()]
    return listed("queues", found, name=lambda shape: shape["sid"])


def create_queue() -> tuple[Response, int]:
    """A queue with a name and a maximum size."""
    name = request.form.get("FriendlyName", "")
    if not name or any(line.name == name for line in exchange().queues.by_sid.values()):
        raise RestRefused(22003, name)
    line = exchange().queues.named(name)
    _resize(line)
    return created(shapes.queue(line, account()))


def _queue(sid: str) -> CallQueue:
    line = exchange().queues.by_sid.get(sid)
    if line is None:
        raise missing()
    return line


def _resize(line: CallQueue) -> None:
    size = whole_number(request.form.get("MaxSize"), -1, 10**6)
    if size is not None:
        line.max_size = max(0, min(size, 5000))


def fetch_queue(sid: str) -> Response:
    """One queue."""
    return jsonify(shapes.queue(_queue(sid), account()))


def update_queue(sid: str) -> Response:
    """Rename a queue, or change its maximum size."""
    line = _queue(sid)
    line.name = request.form.get("FriendlyName", line.name)
    _resize(line)
    return jsonify(shapes.queue(line, account()))


def delete_queue(sid: str) -> tuple[str, int]:
    """Take a queue away, once nobody waits in it."""
    line = _queue(sid)
    with exchange().board.lock:
        if line.entries:
            raise RestRefused(22001, line.name)
        del exchange().queues.by_sid[sid]
    return "", 204


def list_members(sid: str) -> Response:
    """Who waits, first come first."""
    line = _queue(sid)
    with exchange().board.lock:
        return listed(
            "queue_members",
            list(line.entries),
            lambda entry: shapes.member(entry, account()),
            name=lambda entry: str(entry.leg.sid),
        )


def _member(sid: str, call_sid: str) -> QueueEntry:
    entries = _queue(sid).entries
    for entry in entries:
        if call_sid == entry.leg.sid or call_sid == "Front":
            return entry
    raise missing()


def fetch_member(sid: str, call_sid: str) -> Response:
    """One who waits; ``Front`` is the first."""
    return jsonify(shapes.member(_member(sid, call_sid), account()))


def dequeue_member(sid: str, call_sid: str) -> Response:
    """Take somebody out of the queue, to another document."""
    entry = _member(sid, call_sid)
    shape = shapes.member(entry, account())
    source = Source(url("Url"), method("Method"))
    if not source.url:
        raise RestRefused(21205, "none given")
    leg = find_leg(entry.leg.sid)
    try:
        exchange().calls.redirect(leg, source)
    except NotLive as error:
        raise RestRefused(21220) from error
    return jsonify(shape | {"position": 0 if leg.status == LIVE else shape["position"]})


ROUTES: Routes = (
    ("GET", "/Conferences.json", list_conferences),
    ("GET", "/Conferences/<sid>.json", fetch_conference),
    ("POST", "/Conferences/<sid>.json", update_conference),
    ("GET", "/Queues.json", list_queues),
    ("POST", "/Queues.json", create_queue),
    ("GET", "/Queues/<sid>.json", fetch_queue),
    ("POST", "/Queues/<sid>.json", update_queue),
    ("DELETE", "/Queues/<sid>.json", delete_queue),
    ("GET", "/Queues/<sid>/Members.json", list_members),
    ("GET", "/Queues/<sid>/Members/<call_sid>.json", fetch_member),
    ("POST", "/Queues/<sid>/Members/<call_sid>.json", dequeue_member),
)
