"""The REST API: recordings of calls and conferences, their sound, their words, their end."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from carrier.current import exchange
from carrier.line import shapes
from carrier.line.legs import LIVE
from carrier.line.recording import Recording, Transcription, wav
from carrier.rest.errors import RestRefused
from carrier.rest.paging import DateFilter, listed
from carrier.rest.request import Routes, account, created, find_leg, hook, missing
from carrier.rest.rooms import find_room
from carrier.twiml.elements import RECORDING_EVENTS


def _shape(recording: Recording) -> dict[str, Any]:
    done = recording.status == "completed"
    uri = f"/2010-04-01/Accounts/{account()}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": account(),
        "call_sid": recording.call_sid or None,
        "conference_sid": recording.conference_sid or None,
        "status": recording.status,
        "duration": str(recording.duration) if done else None,
        "start_time": shapes.when(recording.started_at),
        "date_created": shapes.when(recording.started_at),
        "date_updated": shapes.when(recording.started_at),
        "channels": 1,
        "source": recording.source,
        "track": "both",
        "error_code": None,
        "price": None,
        "price_unit": "EUR",
        "encryption_details": None,
        "api_version": "2010-04-01",
        "media_url": exchange().recordings.url(recording.sid),
        "uri": f"{uri}.json",
        "subresource_uris": {"transcriptions": f"{uri}/Transcriptions.json"},
    }


def _find(sid: str) -> Recording:
    recording = exchange().recordings.by_sid.get(sid)
    if recording is None:
        raise missing()
    return recording


def _of_call(call_sid: str, sid: str) -> Recording:
    """A recording of a call; « Twilio.CURRENT » is the one that goes on."""
    if sid == "Twilio.CURRENT":
        live = exchange().recordings.of_now(call_sid=call_sid)
        if live:
            return live[0]
    recording = _find(sid)
    if call_sid not in (recording.call_sid, recording.conference_sid):
        raise missing()
    return recording


def list_recordings() -> Response:
    """Recordings, newest first, filtered by CallSid, ConferenceSid and DateCreated."""
    return _list(request.args.get("CallSid", ""), request.args.get("ConferenceSid", ""))


def list_call_recordings(sid: str) -> Response:
    """Those of a call."""
    return _list(call_sid=find_leg(sid).sid)


def list_room_recordings(sid: str) -> Response:
    """Those of a conference."""
    return _list(conference_sid=find_room(sid).sid)


def _list(call_sid: str = "", conference_sid: str = "") -> Response:
    wanted = DateFilter("DateCreated")
    everything = exchange().recordings.select(call_sid=call_sid, conference_sid=conference_sid)
    found = [recording for recording in everything if wanted(recording.started_at)]
    return listed("recordings", found, _shape, name=lambda recording: str(recording.sid))


def create_call_recording(sid: str) -> tuple[Response, int]:
    """Record a call from now on."""
    leg = find_leg(sid)
    if leg.status != LIVE:
        raise RestRefused(21220)
    started = exchange().recordings.start(
        leg.sid, "StartCallRecordingAPI", hook("RecordingStatusCallback", RECORDING_EVENTS)
    )
    return created(_shape(started))


def fetch_recording(sid: str) -> Response:
    """One recording's facts."""
    return jsonify(_shape(_find(sid)))


def fetch_call_recording(call_sid: str, sid: str) -> Response:
    """One recording of a call."""
    return jsonify(_shape(_of_call(call_sid, sid)))


def fetch_room_recording(room_sid: str, sid: str) -> Response:
    """One recording of a conference."""
    return jsonify(_shape(_of_call(room_sid, sid)))


def update_call_recording(call_sid: str, sid: str) -> Response:
    """Pause, go on with or end a recording of a call."""
    return _change(_of_call(call_sid, sid))


def update_room_recording(room_sid: str, sid: str) -> Response:
    """Pause, go on with or end a recording of a conference."""
    return _change(_of_call(room_sid, sid))


def _change(recording: Recording) -> Response:
    status, recordings = request.form.get("Status", ""), exchange().recordings
    acts = {
        "paused": recordings.pause,
        "in-progress": recordings.resume,
        "stopped": recordings.stop,
    }
    if status not in acts or not recording.live or recording.source == "RecordVerb":
        raise RestRefused(20001, f"Status {status} is not valid for this recording")
    acts[status](recording)
    return jsonify(_shape(recording))


def delete_call_recording(call_sid: str, sid: str) -> tuple[str, int]:
    """Forget a recording of a call."""
    return delete_recording(_of_call(call_sid, sid).sid)


def delete_room_recording(room_sid: str, sid: str) -> tuple[str, int]:
    """Forget a recording of a conference."""
    return delete_recording(_of_call(room_sid, sid).sid)


def download_recording(sid: str) -> Response:
    """Its sound, as WAV; refused while it is still being recorded."""
    recording = _find(sid)
    if recording.live:
        raise missing()
    return Response(wav(recording), mimetype="audio/x-wav")


def refuse_mp3(sid: str) -> Response:  # noqa: ARG001 - the rule gives it
    """There is no MP3 encoder here: the sound is to be had as WAV."""
    raise missing()


def delete_recording(sid: str) -> tuple[str, int]:
    """Forget a recording."""
    if not exchange().recordings.delete(sid):
        raise missing()
    return "", 204


# -- transcriptions -----------------------------------------------------------------------------


def _words(made: Transcription) -> dict[str, Any]:
    return {
        "sid": made.sid,
        "account_sid": account(),
        "recording_sid": made.recording_sid,
        "status": "completed",
        "transcription_text": made.text,
        "type": "fast",
        "duration": None,
        "price": None,
        "price_unit": "EUR",
        "date_created": shapes.when(made.created_at),
        "date_updated": shapes.when(made.created_at),
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account()}/Transcriptions/{made.sid}.json",
    }


def list_transcriptions(recording_sid: str = "") -> Response:
    """The words of a recording, or of all."""
    if recording_sid:
        _find(recording_sid)
    found = exchange().recordings.transcriptions(recording_sid)
    return listed("transcriptions", found, _words, name=lambda made: str(made.sid))


def _transcription(sid: str, recording_sid: str = "") -> Transcription:
    for made in exchange().recordings.transcriptions(recording_sid):
        if made.sid == sid:
            return made
    raise missing()


def fetch_transcription(sid: str, recording_sid: str = "") -> Response:
    """The words of one message."""
    return jsonify(_words(_transcription(sid, recording_sid)))


def delete_transcription(sid: str, recording_sid: str = "") -> tuple[str, int]:
    """Forget the words of a message."""
    made = _transcription(sid, recording_sid)
    _find(made.recording_sid).transcription = None
    return "", 204


_ONE, _OF_ROOM = "/Calls/<call_sid>/Recordings/<sid>", "/Conferences/<room_sid>/Recordings/<sid>"
_OF_RECORDING = "/Recordings/<recording_sid>/Transcriptions"
ROUTES: Routes = (
    ("GET", "/Recordings.json", list_recordings),
    ("GET", "/Recordings/<sid>.json", fetch_recording),
    ("GET", "/Recordings/<sid>", download_recording),
    ("GET", "/Recordings/<sid>.wav", download_recording),
    ("GET", "/Recordings/<sid>.mp3", refuse_mp3),
    ("DELETE", "/Recordings/<sid>.json", delete_recording),
    ("GET", "/Calls/<sid>/Recordings.json", list_call_recordings),
    ("POST", "/Calls/<sid>/Recordings.json", create_call_recording),
    ("GET", f"{_ONE}.json", fetch_call_recording),
    ("POST", f"{_ONE}.json", update_call_recording),
    ("DELETE", f"{_ONE}.json", delete_call_recording),
    ("GET", "/Conferences/<sid>/Recordings.json", list_room_recordings),
    ("GET", f"{_OF_ROOM}.json", fetch_room_recording),
    ("POST", f"{_OF_ROOM}.json", update_room_recording),
    ("DELETE", f"{_OF_ROOM}.json", delete_room_recording),
    ("GET", f"{_OF_RECORDING}.json", list_transcriptions),
    ("GET", f"{_OF_RECORDING}/<sid>.json", fetch_transcription),
    ("DELETE", f"{_OF_RECORDING}/<sid>.json", delete_transcription),
    ("GET", "/Transcriptions.json", list_transcriptions),
    ("GET", "/Transcriptions/<sid>.json", fetch_transcription),
    ("DELETE", "/Transcriptions/<sid>.json", delete_transcription),
)
