"""The REST API: who is in a conference, on hold, muted, coaching; and who is called into one."""

from __future__ import annotations

from xml.etree import ElementTree

from flask import Response, jsonify, request

from carrier.current import exchange
from carrier.line import shapes
from carrier.line.conferences import Conference, Participant
from carrier.line.legs import Source
from carrier.line.rooms import NotInConference
from carrier.reading import whole_number
from carrier.rest.errors import RestRefused
from carrier.rest.paging import listed
from carrier.rest.request import (
    Routes,
    account,
    addresses,
    created,
    flag,
    hook,
    method,
    missing,
    ring_seconds,
    status_callback,
    url,
    wishes,
)
from carrier.rest.rooms import announcement, find_room
from carrier.twiml import verbs
from carrier.twiml.elements import RECORDING_EVENTS

# Form fields of a new participant → attributes of the Conference noun.
NOUN = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "MaxParticipants": "maxParticipants",
    "ConferenceRecord": "record",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
    "ConferenceRecordingStatusCallback": "recordingStatusCallback",
    "ConferenceRecordingStatusCallbackMethod": "recordingStatusCallbackMethod",
    "CallSidToCoach": "coach",
}


EVENTS = {
    "statusCallbackEvent": "ConferenceStatusCallbackEvent",
    "recordingStatusCallbackEvent": "ConferenceRecordingStatusCallbackEvent",
}


def _participant(sid: str, call_sid: str) -> tuple[Conference, Participant]:
    room = find_room(sid)
    for member in room.participants:
        if call_sid in (member.leg.sid, member.label):
            return room, member
    raise missing()


def list_participants(sid: str) -> Response:
    """Who is in, filtered by Muted, Hold and Coaching."""
    room = find_room(sid)
    wanted = {name: request.args.get(name) for name in ("Muted", "Hold", "Coaching")}

    def asked_for(member: Participant) -> bool:
        now = {"Muted": member.muted, "Hold": member.hold, "Coaching": bool(member.coached)}
        return all(v is None or now[n] == (v.lower() == "true") for n, v in wanted.items())

    with exchange().board.lock:
        found = [
            shapes.participant(room, member, account())
            for member in room.participants
            if asked_for(member)
        ]
    return listed("participants", found, name=lambda shape: shape["call_sid"])


def fetch_participant(sid: str, call_sid: str) -> Response:
    """One participant."""
    room, member = _participant(sid, call_sid)
    return jsonify(shapes.participant(room, member, account()))


def update_participant(sid: str, call_sid: str) -> Response:
    """Hold, mute, let coach, announce to, or change what their leaving does."""
    room, member = _participant(sid, call_sid)
    muted, hold = flag("Muted"), flag("Hold")
    end, beep = flag("EndConferenceOnExit"), flag("BeepOnExit")
    source = announcement()
    _coach(room, member)
    if muted is not None:
        exchange().rooms.mute(room, member, muted)
    if hold is not None:
        with exchange().board.lock:
            member.hold_url, member.hold_method = url("HoldUrl"), method("HoldMethod", "GET")
            exchange().rooms.hold(room, member, hold)
    if end is not None or beep is not None:
        exchange().rooms.modify(room, member, end_on_exit=end, beep_on_exit=beep)
    if "WaitUrl" in request.form:
        exchange().rooms.wait_with(room, member, url("WaitUrl"), method("WaitMethod"))
    if source:
        exchange().announcer.announce(room, member, source)
    return jsonify(shapes.participant(room, member, account()))


def _coach(room: Conference, member: Participant) -> None:
    """``Coaching`` with ``CallSidToCoach``: the latter alone means true, false stops."""
    coaching, coached = flag("Coaching"), request.form.get("CallSidToCoach", "")
    if coaching is None and not coached:
        return
    if coaching is not False and not coached:
        raise RestRefused(20001, "CallSidToCoach is required when Coaching is true")
    try:
        exchange().rooms.coach(room, member, "" if coaching is False else coached)
    except NotInConference as error:
        raise RestRefused(16028) from error


def remove_participant(sid: str, call_sid: str) -> tuple[str, int]:
    """Put a participant out: their call goes on after the Dial."""
    _room_found, member = _participant(sid, call_sid)
    exchange().rooms.leave(member.leg, "participant-updated-via-api", kicked=True)
    return "", 204


def create_participant(sid: str) -> tuple[Response, int]:
    """Ring somebody into a conference, by its SID or its name; a new one is opened by its name."""
    to, from_ = addresses()
    if flag("Coaching") and not request.form.get("CallSidToCoach"):
        raise RestRefused(20001, "CallSidToCoach is required when Coaching is true")
    room = _room_for(sid)
    leg = exchange().dialer.outgoing(
        to,
        from_,
        Source(twiml=_joining(room.name)),
        ring_seconds(),
        status_callback(),
        unused=room,
        wishes=wishes("AmdStatusCallback"),
    )
    member = Participant(leg, leg.created_at, label=request.form.get("Label", ""))
    return created(shapes.participant(room, member, account()) | {"status": "queued"})


def _room_for(sid: str) -> Conference:
    rooms = exchange().rooms
    with exchange().board.lock:
        room = rooms.conferences.get(sid) or rooms.live(sid)
        if room is None and not sid.startswith("CF"):
            words = request.form.getlist("ConferenceStatusCallbackEvent")
            room = rooms.open(
                verbs.ConferenceNoun(
                    sid,
                    status_callback_method=method("ConferenceStatusCallbackMethod"),
                    events=tuple(word for value in words for word in value.split()),
                    max_participants=_most_participants(),
                    record=request.form.get("ConferenceRecord") in ("true", "record-from-start"),
                ),
                url("ConferenceStatusCallback"),
                hook("ConferenceRecordingStatusCallback", RECORDING_EVENTS),
            )
    if room is None or room.status == "completed":
        raise missing()
    return room


def _joining(name: str) -> str:
    """The document that a called participant runs."""
    response = ElementTree.Element("Response")
    dial = ElementTree.SubElement(response, "Dial")
    given = {NOUN[field]: request.form[field] for field in NOUN if field in request.form}
    for attribute, field in EVENTS.items():
        given[attribute] = " ".join(request.form.getlist(field))
    kept = {k: v for k, v in given.items() if v or k == "waitUrl"}
    noun = ElementTree.SubElement(dial, "Conference", kept)
    noun.text = name
    return ElementTree.tostring(response, encoding="unicode")


def _most_participants() -> int:
    asked = whole_number(request.form.get("MaxParticipants"), -1, 10**6)
    return 250 if asked is None else asked


ROUTES: Routes = (
    ("GET", "/Conferences/<sid>/Participants.json", list_participants),
    ("GET", "/Conferences/<sid>/Participants/<call_sid>.json", fetch_participant),
    ("POST", "/Conferences/<sid>/Participants/<call_sid>.json", update_participant),
    ("DELETE", "/Conferences/<sid>/Participants/<call_sid>.json", remove_participant),
    ("POST", "/Conferences/<sid>/Participants.json", create_participant),
)
