"""The REST API: conferences with their participants, queues with their members."""

from __future__ import annotations

from flask import Response, jsonify, request

from app.local_carrier import rest_shapes as shapes
from app.local_carrier.conferences import Conference, Participant
from app.local_carrier.current import exchange
from app.local_carrier.exchange import NotLive
from app.local_carrier.legs import LIVE, Source
from app.local_carrier.queues import CallQueue, QueueEntry
from app.local_carrier.rest import account, api, bp, created, find_leg, flag, missing
from app.local_carrier.rest_errors import RestRefused

# -- conferences --------------------------------------------------------------------------------


@bp.get("/Conferences.json")
@api
def list_conferences() -> Response:
    """Conferences, newest first, filtered by FriendlyName and Status."""
    name, status = request.args.get("FriendlyName"), request.args.get("Status")
    with exchange().lock:
        rooms = [
            room
            for room in reversed(list(exchange().rooms.conferences.values()))
            if not room.bridge
            and (name is None or room.name == name)
            and (status is None or room.status == status)
        ]
        found = [shapes.conference(room, account()) for room in rooms]
    return jsonify(shapes.page("conferences", found, request.path))


def _room(sid: str) -> Conference:
    """A conference by SID; by name too, as the API allows for the participants' paths."""
    room = exchange().rooms.conferences.get(sid) or exchange().rooms.live(sid)
    if room is None:
        raise missing()
    return room


@bp.get("/Conferences/<sid>.json")
@api
def fetch_conference(sid: str) -> Response:
    """One conference."""
    return jsonify(shapes.conference(_room(sid), account()))


@bp.post("/Conferences/<sid>.json")
@api
def update_conference(sid: str) -> Response:
    """End a conference (Status=completed)."""
    room = _room(sid)
    if request.form.get("Status") == "completed":
        exchange().rooms.close(room)
    return jsonify(shapes.conference(room, account()))


def _participant(sid: str, call_sid: str) -> tuple[Conference, Participant]:
    room = _room(sid)
    for member in room.participants:
        if call_sid in (member.leg.sid, member.label):
            return room, member
    raise missing()


@bp.get("/Conferences/<sid>/Participants.json")
@api
def list_participants(sid: str) -> Response:
    """Who is in, filtered by Muted and Hold."""
    room = _room(sid)
    muted, hold = request.args.get("Muted"), request.args.get("Hold")
    with exchange().lock:
        found = [
            shapes.participant(room, member, account())
            for member in room.participants
            if (muted is None or member.muted == (muted.lower() == "true"))
            and (hold is None or member.hold == (hold.lower() == "true"))
        ]
    return jsonify(shapes.page("participants", found, request.path))


@bp.get("/Conferences/<sid>/Participants/<call_sid>.json")
@api
def fetch_participant(sid: str, call_sid: str) -> Response:
    """One participant."""
    room, member = _participant(sid, call_sid)
    return jsonify(shapes.participant(room, member, account()))


@bp.post("/Conferences/<sid>/Participants/<call_sid>.json")
@api
def update_participant(sid: str, call_sid: str) -> Response:
    """Hold, mute, or change what their leaving does."""
    room, member = _participant(sid, call_sid)
    muted, hold, end = flag("Muted"), flag("Hold"), flag("EndConferenceOnExit")
    if muted is not None:
        exchange().rooms.mute(room, member, muted)
    if hold is not None:
        with exchange().lock:
            member.hold_url = request.form.get("HoldUrl", "")
            member.hold_method = request.form.get("HoldMethod", "GET").upper()
            exchange().rooms.hold(room, member, hold)
    if end is not None:
        exchange().rooms.modify(room, member, end)
    return jsonify(shapes.participant(room, member, account()))


@bp.delete("/Conferences/<sid>/Participants/<call_sid>.json")
@api
def remove_participant(sid: str, call_sid: str) -> tuple[str, int]:
    """Put a participant out: their call goes on after the Dial."""
    _room_found, member = _participant(sid, call_sid)
    exchange().rooms.leave(member.leg, "participant-updated-via-api")
    return "", 204


# -- queues -------------------------------------------------------------------------------------


@bp.get("/Queues.json")
@api
def list_queues() -> Response:
    """Every queue."""
    with exchange().lock:
        found = [shapes.queue(line, account()) for line in exchange().queues.values()]
    return jsonify(shapes.page("queues", found, request.path))


@bp.post("/Queues.json")
@api
def create_queue() -> tuple[Response, int]:
    """A queue with a name and a maximum size."""
    name = request.form.get("FriendlyName", "")
    if not name or any(line.name == name for line in exchange().queues.values()):
        raise RestRefused(22003, name)
    line = exchange().queue_named(name)
    _resize(line)
    return created(shapes.queue(line, account()))


def _queue(sid: str) -> CallQueue:
    line = exchange().queues.get(sid)
    if line is None:
        raise missing()
    return line


def _resize(line: CallQueue) -> None:
    size = request.form.get("MaxSize", type=int)
    if size is not None:
        line.max_size = max(0, min(size, 5000))


@bp.get("/Queues/<sid>.json")
@api
def fetch_queue(sid: str) -> Response:
    """One queue."""
    return jsonify(shapes.queue(_queue(sid), account()))


@bp.post("/Queues/<sid>.json")
@api
def update_queue(sid: str) -> Response:
    """Rename a queue, or change its maximum size."""
    line = _queue(sid)
    line.name = request.form.get("FriendlyName", line.name)
    _resize(line)
    return jsonify(shapes.queue(line, account()))


@bp.get("/Queues/<sid>/Members.json")
@api
def list_members(sid: str) -> Response:
    """Who waits, first come first."""
    line = _queue(sid)
    with exchange().lock:
        found = [shapes.member(entry, account()) for entry in line.entries]
    return jsonify(shapes.page("queue_members", found, request.path))


def _member(sid: str, call_sid: str) -> QueueEntry:
    entries = _queue(sid).entries
    for entry in entries:
        if call_sid == entry.leg.sid or call_sid == "Front":
            return entry
    raise missing()


@bp.get("/Queues/<sid>/Members/<call_sid>.json")
@api
def fetch_member(sid: str, call_sid: str) -> Response:
    """One who waits; ``Front`` is the first."""
    return jsonify(shapes.member(_member(sid, call_sid), account()))


@bp.post("/Queues/<sid>/Members/<call_sid>.json")
@api
def dequeue_member(sid: str, call_sid: str) -> Response:
    """Take somebody out of the queue, to another document."""
    entry = _member(sid, call_sid)
    shape = shapes.member(entry, account())
    source = Source(request.form.get("Url", ""), request.form.get("Method", "POST").upper())
    leg = find_leg(entry.leg.sid)
    try:
        exchange().redirect(leg, source)
    except NotLive as error:
        raise RestRefused(21220) from error
    return jsonify(shape | {"position": 0 if leg.status == LIVE else shape["position"]})
