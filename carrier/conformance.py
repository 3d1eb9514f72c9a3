"""What becomes of everything that Twilio knows: done, told by an alert, or refused. Pure.

Nothing is accepted and then silently not done. The readers of TwiML (``twiml.py``) and of REST
forms (``rest.py``) look here, the page ``docs/conformance.md`` is written from here, and a test
walks all that the ``twilio`` library can send.

* **done**: it has its effect on this line;
* **alert**: it goes on without, and an alert says so; with ``strict`` it is refused;
* **refused**: it cannot be done here, in the provider's own shape, with a word why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Fate(Enum):
    """What becomes of an element, an attribute or a parameter."""

    DONE = "done"
    ALERT = "alert"
    REFUSED = "refused"


@dataclass(frozen=True)
class Spoken:
    """One element of TwiML or one REST request; ``fields`` are its attributes or parameters.

    A field's value: its fate and, unless it is done, a word why.
    """

    fate: Fate = Fate.DONE
    why: str = ""
    fields: Mapping[str, tuple[Fate, str]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Fate, str] | None:
        """The fate of a field; None for one that Twilio does not know."""
        return self.fields.get(name)


Words = Mapping[str, str]  # names separated by spaces → why


def done(names: str = "", *, alert: Words | None = None, refused: Words | None = None) -> Spoken:
    """Spoken here: ``names`` are done."""
    found = dict.fromkeys(names.split(), (Fate.DONE, ""))
    for fate, given in ((Fate.ALERT, alert), (Fate.REFUSED, refused)):
        for words, why in (given or {}).items():
            found |= dict.fromkeys(words.split(), (fate, why))
    return Spoken(fields=found)


def skipped(why: str) -> Spoken:
    """The document goes on without it, and an alert says so."""
    return Spoken(Fate.ALERT, why)


def refused(why: str) -> Spoken:
    """Not spoken here."""
    return Spoken(Fate.REFUSED, why)


NO_SIP = "there is no SIP here"
NO_ROUTER = "there is no TaskRouter here"
NO_SOUND = "nobody listens to the sound here: a recording of a call is a tone of its length"
NO_EARS = "nothing is recognised here: the words come from code (`speak`)"
NO_STREAMS = "there is no media server here"
ONE_SERVER = "there is one server here, yours"
NO_VOICE = "the words are said, without this effect"
TUNING = "what answers is known here, not guessed"
NO_REGISTRY = "no registry is kept here"
STATUS = "statusCallback statusCallbackMethod statusCallbackEvent"
RECORDING = "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"
DETECTION = (
    "machineDetectionTimeout machineDetectionSpeechThreshold"
    " machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout"
)

# -- TwiML: by element; « Dial/Number » is Number inside of Dial -----------------------------------

SSML = ["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"]

TWIML: dict[str, Spoken] = {
    "Response": done(),
    "Say": done("voice language loop"),
    **{f"Say/{name}": skipped(NO_VOICE) for name in SSML},
    "Play": done("loop digits"),
    "Pause": done("length"),
    "Gather": done(
        "input action method timeout speechTimeout finishOnKey numDigits language bargeIn"
        " actionOnEmptyResult",
        alert={
            "maxSpeechTime profanityFilter hints speechModel enhanced debug"
            " partialResultCallback partialResultCallbackMethod": NO_EARS
        },
    ),
    "Record": done(
        "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
        + RECORDING,
        alert={"recordingConfigurationId": NO_REGISTRY},
    ),
    "Enqueue": done(
        "action maxQueueSize method waitUrl waitUrlMethod", refused={"workflowSid": NO_ROUTER}
    ),
    "Enqueue/Task": refused(NO_ROUTER),
    "Leave": done(),
    "Redirect": done("method"),
    "Hangup": done(),
    "Hangup/Parameter": skipped(NO_SIP),
    "Reject": done("reason"),
    "Reject/Parameter": skipped(NO_SIP),
    "Sms": done("to from action method statusCallback"),
    "Dial": done(
        "action method timeout hangupOnStar timeLimit callerId record answerOnBridge sequential "
        + RECORDING,
        alert={
            "trim recordingTrack": NO_SOUND,
            "ringTone": "every telephone rings as in France",
            "referUrl referMethod": NO_SIP,
            "events passports": "nobody asks for them here",
            "recordingConfigurationId": NO_REGISTRY,
            "callReason": "a telephone here has no screen for it",
        },
    ),
    "Dial/Number": done(
        f"sendDigits url method machineDetection amdStatusCallback amdStatusCallbackMethod {STATUS}",
        alert={DETECTION: TUNING, "byoc": NO_SIP},
    ),
    "Dial/Client": done(f"url method {STATUS}"),
    "Dial/Client/Identity": done(),
    "Dial/Client/Parameter": done("name value"),
    "Dial/Conference": done(
        "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants"
        f" record coach participantLabel {STATUS} {RECORDING}",
        alert={
            "trim": NO_SOUND,
            "region jitterBufferSize": ONE_SERVER,
            "eventCallbackUrl": "use statusCallback",
            "recordingConfigurationId": NO_REGISTRY,
        },
    ),
    "Dial/Queue": done("url method", refused={"reservationSid postWorkActivitySid": NO_ROUTER}),
    "Dial/Sip": refused(NO_SIP),
    "Dial/Sim": refused("there are no SIM cards here"),
    "Dial/WhatsApp": refused("there is no WhatsApp here"),
    "Dial/Application": refused("redirect to the application's voice URL instead"),
    "Connect": refused(NO_STREAMS),
    "Start": skipped(NO_STREAMS),
    "Stop": skipped(NO_STREAMS),
    "Echo": refused(NO_STREAMS),
    "Pay": refused("nobody pays here"),
    "Prompt": refused("nobody pays here"),
    "Refer": refused(NO_SIP),
    "Queue": refused("a Queue stands inside of Dial"),
}

MESSAGING: dict[str, Spoken] = {
    "Response": done(),
    "Message": done("to from action method statusCallback"),
    "Message/Body": done(),
    "Message/Media": done(),
    "Redirect": done("method"),
}

# -- REST: by method and path below the account ----------------------------------------------------

DATES = {name: f"{name} {name}< {name}>" for name in ("StartTime", "EndTime", "DateSent")}
CREATED, UPDATED = (
    "DateCreated DateCreated< DateCreated>",
    "DateUpdated DateUpdated< DateUpdated>",
)
PAGES = "PageSize Page PageToken"
CALL_STATUS = "StatusCallback StatusCallbackMethod StatusCallbackEvent"
CALL_RECORDING = (
    "RecordingStatusCallback RecordingStatusCallbackMethod RecordingStatusCallbackEvent"
)
TUNED = (
    "MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold"
    " MachineDetectionSilenceTimeout"
)
SIP = "SipAuthUsername SipAuthPassword Byoc"
EMERGENCY = (
    "EmergencyCallerPosition EmergencyCallerLocation EmergencyName EmergencyAddress"
    " EmergencyZipCode EmergencyCity EmergencyState EmergencyCountry"
)
SCREEN = "a telephone here has no screen for it"
PASSPORTS = "numbers are not signed here"
_NUMBER = (
    "FriendlyName VoiceUrl VoiceMethod VoiceFallbackUrl VoiceFallbackMethod VoiceApplicationSid"
    " StatusCallback StatusCallbackMethod SmsUrl SmsMethod SmsFallbackUrl SmsFallbackMethod"
    " SmsApplicationSid"
)
_NUMBER_ALERT = {
    "ApiVersion": "there is one version: 2010-04-01",
    "VoiceCallerIdLookup": "nobody's name is looked up here",
    "VoiceReceiveMode": "there is no fax here",
    "EmergencyStatus EmergencyAddressSid IdentitySid AddressSid BundleSid": NO_REGISTRY,
}
_APPLICATION = done(
    "FriendlyName VoiceUrl VoiceMethod VoiceFallbackUrl VoiceFallbackMethod StatusCallback"
    " StatusCallbackMethod SmsUrl SmsMethod SmsFallbackUrl SmsFallbackMethod SmsStatusCallback"
    " MessageStatusCallback",
    alert={
        "ApiVersion": "there is one version: 2010-04-01",
        "VoiceCallerIdLookup": "nobody's name is looked up here",
        "PublicApplicationConnectEnabled": "there is one account",
    },
)
_RECORDING_LIST = done(f"{CREATED} {PAGES}")
_RECORDING_CHANGE = done(
    "Status", alert={"PauseBehavior": "a tone goes on: the silence is not marked"}
)

REST: dict[tuple[str, str], Spoken] = {
    ("GET", ".json"): done(),
    ("POST", "/Calls.json"): done(
        f"To From Url Method Twiml ApplicationSid FallbackUrl FallbackMethod {CALL_STATUS} Timeout"
        f" TimeLimit SendDigits Record {CALL_RECORDING} MachineDetection AsyncAmd"
        " AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod",
        alert={
            "RecordingChannels RecordingTrack Trim": NO_SOUND,
            "RecordingConfigurationId": NO_REGISTRY,
            TUNED: TUNING,
            "CallerId": "From is what is shown",
            "CallReason": SCREEN,
            "CallToken Passports": PASSPORTS,
            "ClientNotificationUrl": "use StatusCallback",
        },
        refused={SIP: NO_SIP},
    ),
    ("GET", "/Calls.json"): done(
        f"To From Status ParentCallSid {DATES['StartTime']} {DATES['EndTime']} {PAGES}"
    ),
    ("GET", "/Calls/<sid>.json"): done(),
    ("POST", "/Calls/<sid>.json"): done(
        "Url Method Twiml Status FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod"
        " TimeLimit"
    ),
    ("DELETE", "/Calls/<sid>.json"): done(),
    ("GET", "/Calls/<sid>/Events.json"): done(PAGES),
    ("GET", "/Calls/<sid>/Recordings.json"): _RECORDING_LIST,
    ("POST", "/Calls/<sid>/Recordings.json"): done(
        CALL_RECORDING,
        alert={
            "RecordingChannels RecordingTrack Trim": NO_SOUND,
            "RecordingConfigurationId": NO_REGISTRY,
        },
    ),
    ("GET", "/Calls/<call_sid>/Recordings/<sid>.json"): done(),
    ("POST", "/Calls/<call_sid>/Recordings/<sid>.json"): _RECORDING_CHANGE,
    ("DELETE", "/Calls/<call_sid>/Recordings/<sid>.json"): done(),
    ("GET", "/Conferences.json"): done(f"FriendlyName Status {CREATED} {UPDATED} {PAGES}"),
    ("GET", "/Conferences/<sid>.json"): done(),
    ("POST", "/Conferences/<sid>.json"): done("Status AnnounceUrl AnnounceMethod"),
    ("GET", "/Conferences/<sid>/Recordings.json"): _RECORDING_LIST,
    ("GET", "/Conferences/<room_sid>/Recordings/<sid>.json"): done(),
    ("POST", "/Conferences/<room_sid>/Recordings/<sid>.json"): _RECORDING_CHANGE,
    ("DELETE", "/Conferences/<room_sid>/Recordings/<sid>.json"): done(),
    ("GET", "/Conferences/<sid>/Participants.json"): done(f"Muted Hold Coaching {PAGES}"),
    ("POST", "/Conferences/<sid>/Participants.json"): done(
        f"To From {CALL_STATUS} Label Timeout TimeLimit Record {CALL_RECORDING} Muted Beep"
        " StartConferenceOnEnter EndConferenceOnExit WaitUrl WaitMethod MaxParticipants"
        " ConferenceRecord ConferenceRecordingStatusCallback"
        " ConferenceRecordingStatusCallbackMethod ConferenceRecordingStatusCallbackEvent"
        " ConferenceStatusCallback ConferenceStatusCallbackMethod ConferenceStatusCallbackEvent"
        " Coaching CallSidToCoach MachineDetection AmdStatusCallback AmdStatusCallbackMethod",
        alert={
            "EarlyMedia": "nobody is heard before they answer",
            "RecordingChannels RecordingTrack Trim ConferenceTrim": NO_SOUND,
            "RecordingConfigurationId": NO_REGISTRY,
            "Region JitterBufferSize": ONE_SERVER,
            TUNED: TUNING,
            "CallerId": "From is what is shown",
            "CallReason CallerDisplayName": SCREEN,
            "CallToken Passports": PASSPORTS,
            "ClientNotificationUrl": "use StatusCallback",
        },
        refused={SIP: NO_SIP, EMERGENCY: "nobody may call for help over a test line"},
    ),
    ("GET", "/Conferences/<sid>/Participants/<call_sid>.json"): done(),
    ("POST", "/Conferences/<sid>/Participants/<call_sid>.json"): done(
        "Muted Hold HoldUrl HoldMethod AnnounceUrl AnnounceMethod WaitUrl WaitMethod BeepOnExit"
        " EndConferenceOnExit Coaching CallSidToCoach"
    ),
    ("DELETE", "/Conferences/<sid>/Participants/<call_sid>.json"): done(),
    ("GET", "/Queues.json"): done(PAGES),
    ("POST", "/Queues.json"): done("FriendlyName MaxSize"),
    ("GET", "/Queues/<sid>.json"): done(),
    ("POST", "/Queues/<sid>.json"): done("FriendlyName MaxSize"),
    ("DELETE", "/Queues/<sid>.json"): done(),
    ("GET", "/Queues/<sid>/Members.json"): done(PAGES),
    ("GET", "/Queues/<sid>/Members/<call_sid>.json"): done(),
    ("POST", "/Queues/<sid>/Members/<call_sid>.json"): done("Url Method"),
    ("GET", "/Messages.json"): done(f"To From {DATES['DateSent']} {PAGES}"),
    ("POST", "/Messages.json"): done(
        "To From MessagingServiceSid Body MediaUrl StatusCallback ApplicationSid ScheduleType SendAt",
        alert={
            "MaxPrice": "nothing costs anything here",
            "ProvideFeedback Attempt ValidityPeriod ForceDelivery FallbackFrom": (
                "a telephone that is off waits, as long as it takes"
            ),
            "ContentRetention AddressRetention": "all is forgotten at the end",
            "SmartEncoded ShortenUrls SendAsMms": "the words arrive as they are",
            "PersistentAction TrafficType MessageIntent RiskCheck": "there is one channel: SMS",
        },
        refused={"ContentSid ContentVariables": "there are no content templates here"},
    ),
    ("GET", "/Messages/<sid>.json"): done(),
    ("POST", "/Messages/<sid>.json"): done("Body Status"),
    ("DELETE", "/Messages/<sid>.json"): done(),
    ("GET", "/Messages/<message_sid>/Media.json"): done(PAGES),
    ("GET", "/Messages/<message_sid>/Media/<sid>.json"): done(),
    ("GET", "/Messages/<message_sid>/Media/<sid>"): done(),
    ("GET", "/IncomingPhoneNumbers.json"): done(
        f"PhoneNumber FriendlyName {PAGES}", alert={"Beta Origin": NO_REGISTRY}
    ),
    ("POST", "/IncomingPhoneNumbers.json"): done(
        f"PhoneNumber {_NUMBER}",
        alert=_NUMBER_ALERT,
        refused={"AreaCode": "say PhoneNumber", "TrunkSid": NO_SIP},
    ),
    ("GET", "/IncomingPhoneNumbers/<sid>.json"): done(),
    ("POST", "/IncomingPhoneNumbers/<sid>.json"): done(
        _NUMBER,
        alert=_NUMBER_ALERT,
        refused={"AccountSid": "there is one account", "TrunkSid": NO_SIP},
    ),
    ("DELETE", "/IncomingPhoneNumbers/<sid>.json"): done(),
    ("GET", "/Applications.json"): done(f"FriendlyName {PAGES}"),
    ("POST", "/Applications.json"): _APPLICATION,
    ("GET", "/Applications/<sid>.json"): done(),
    ("POST", "/Applications/<sid>.json"): _APPLICATION,
    ("DELETE", "/Applications/<sid>.json"): done(),
    ("GET", "/Recordings.json"): done(
        f"{CREATED} CallSid ConferenceSid {PAGES}",
        alert={"IncludeSoftDeleted": "what is deleted is gone"},
    ),
    ("GET", "/Recordings/<sid>.json"): done(
        alert={"IncludeSoftDeleted": "what is deleted is gone"}
    ),
    ("GET", "/Recordings/<sid>"): done(),
    ("GET", "/Recordings/<sid>.wav"): done(),
    ("GET", "/Recordings/<sid>.mp3"): refused("there is no MP3 encoder here"),
    ("DELETE", "/Recordings/<sid>.json"): done(),
    ("GET", "/Recordings/<recording_sid>/Transcriptions.json"): done(PAGES),
    ("GET", "/Recordings/<recording_sid>/Transcriptions/<sid>.json"): done(),
    ("DELETE", "/Recordings/<recording_sid>/Transcriptions/<sid>.json"): done(),
    ("GET", "/Transcriptions.json"): done(PAGES),
    ("GET", "/Transcriptions/<sid>.json"): done(),
    ("DELETE", "/Transcriptions/<sid>.json"): done(),
}
