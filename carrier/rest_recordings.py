"""The REST API: recordings, their sound, and their end."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from carrier import rest_shapes as shapes
from carrier.current import exchange
from carrier.recordings import Recording, wav
from carrier.rest_errors import RestRefused
from carrier.rest_paging import DateFilter, listed
from carrier.rest_request import Routes, account, find_leg, missing


def _shape(recording: Recording) -> dict[str, Any]:
    done = recording.status == "completed"
    uri = f"/2010-04-01/Accounts/{account()}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": account(),
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "status": recording.status,
        "duration": str(recording.duration) if done else None,
        "start_time": shapes.when(recording.started_at),
        "date_created": shapes.when(recording.started_at),
        "date_updated": shapes.when(recording.started_at),
        "channels": 1,
        "source": "RecordVerb",
        "error_code": None,
        "price": None,
        "price_unit": "EUR",
        "encryption_details": None,
        "api_version": "2010-04-01",
        "media_url": exchange().recordings.url(recording.sid),
        "uri": f"{uri}.json",
        "subresource_uris": {},
    }


def _find(sid: str) -> Recording:
    recording = exchange().recordings.by_sid.get(sid)
    if recording is None:
        raise missing()
    return recording


def list_recordings() -> Response:
    """Recordings, newest first, filtered by CallSid and DateCreated."""
    return _list(request.args.get("CallSid", ""))


def list_call_recordings(sid: str) -> Response:
    """Those of a call."""
    return _list(find_leg(sid).sid)


def _list(call_sid: str) -> Response:
    wanted = DateFilter("DateCreated")
    found = [r for r in exchange().recordings.of_call(call_sid) if wanted(r.started_at)]
    return listed("recordings", found, _shape, name=lambda recording: str(recording.sid))


def fetch_recording(sid: str) -> Response:
    """One recording's facts."""
    return jsonify(_shape(_find(sid)))


def download_recording(sid: str) -> Response:
    """Its sound, as WAV; refused while it is still being recorded."""
    recording = _find(sid)
    if recording.status == "in-progress":
        raise missing()
    return Response(wav(recording), mimetype="audio/x-wav")


def refuse_mp3(sid: str) -> Response:
    """There is no MP3 encoder here: the sound is to be had as WAV."""
    raise RestRefused(20404, f"{_find(sid).sid}.mp3 (the local carrier gives .wav only)")


def delete_recording(sid: str) -> tuple[str, int]:
    """Forget a recording."""
    if not exchange().recordings.delete(sid):
        raise missing()
    return "", 204


ROUTES: Routes = (
    ("GET", "/Recordings.json", list_recordings),
    ("GET", "/Calls/<sid>/Recordings.json", list_call_recordings),
    ("GET", "/Recordings/<sid>.json", fetch_recording),
    ("GET", "/Recordings/<sid>", download_recording),
    ("GET", "/Recordings/<sid>.wav", download_recording),
    ("GET", "/Recordings/<sid>.mp3", refuse_mp3),
    ("DELETE", "/Recordings/<sid>.json", delete_recording),
)
