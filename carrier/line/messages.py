"""Text messages, both ways. One for a telephone that is off waits until it is on."""

from __future__ import annotations

import mimetypes
import time
from dataclasses import dataclass
from datetime import datetime

from carrier import clock
from carrier.line.board import API_VERSION, Board
from carrier.line.directory import Directory
from carrier.line.legs import Source
from carrier.line.numbers import is_number, normalise, outcome_of, places
from carrier.line.registry import Registry, Resource
from carrier.sids import new_sid
from carrier.twiml.attributes import Notes, TwimlRefused
from carrier.twiml.messaging import Reply, parse_messaging
from carrier.twiml.verbs import Redirect
from carrier.twiml.voice import check_content_type
from carrier.webhooks.courier import Courier
from carrier.webhooks.fetching import Answer, WebhookFailed, Webhooks, resolve

ERROR_CODES = {"undelivered": 30005, "failed": 30008}
MAX_BODY = 1600
KEPT = 2000
MAX_DOCUMENTS = 20  # Redirects followed for one message
PLAIN = "text/plain"  # its body is the answer, without TwiML


@dataclass(eq=False)
class TextMessage:
    """One message and how far it got. ``send_at``: not before this instant."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    created_at: datetime
    callback_url: str = ""
    status: str = "queued"
    error_code: int | None = None
    media: tuple[str, ...] = ()
    service_sid: str = ""
    send_at: datetime | None = None
    sent_at: datetime | None = None

    @property
    def segments(self) -> int:
        """How many SMS it takes: 160 characters of the GSM alphabet (approximated), else 70."""
        alone, joined = (160, 153) if self.body.isascii() else (70, 67)
        return 1 if len(self.body) <= alone else -(-len(self.body) // joined)


class Messages:
    """The text messages of the line."""

    def __init__(
        self,
        board: Board,
        directory: Directory,
        courier: Courier,
        webhooks: Webhooks,
        registry: Registry,
    ) -> None:
        self._board = board
        self._directory = directory
        self._courier = courier
        self._webhooks = webhooks
        self._registry = registry
        self.by_sid: dict[str, TextMessage] = {}

    # -- from the subscriber --------------------------------------------------------------------

    def refusal(self, from_: str, to: str) -> tuple[int, str] | None:
        """Why a message between these two cannot be sent (Twilio's code, detail), or None."""
        refused = outcome_of(to).sms_refusal
        if refused or not is_number(to):
            return refused or 21211, to
        return None if self._registry.number(from_) else (21606, from_)

    def send(
        self,
        from_: str,
        to: str,
        body: str,
        callback_url: str = "",
        *,
        media: tuple[str, ...] = (),
        direction: str = "outbound-api",
        service_sid: str = "",
        send_at: datetime | None = None,
    ) -> TextMessage:
        """The subscriber writes to somebody; it goes on in the background."""
        message = TextMessage(
            new_sid("MM" if media else "SM"),
            from_,
            to,
            body,
            direction,
            clock.now(),
            callback_url,
            "scheduled" if send_at else "queued",
            media=media,
            service_sid=service_sid,
            send_at=send_at,
        )
        self._keep(message)
        self._board.spawn(self._transmit, message)
        return message

    def write(self, from_: str, to: str, body: str, callback_url: str) -> str:
        """Write to somebody because a document says so; the SID, or "" with an alert."""
        refused = self.refusal(from_, to)
        if refused:
            self._board.alert("", refused[0], "", f"cannot write to {to} from {from_}")
            return ""
        return self.send(from_, to, body[:MAX_BODY], callback_url, direction="outbound-reply").sid

    def cancel(self, message: TextMessage) -> bool:
        """Take back a scheduled message; False once it has left."""
        with self._board.lock:
            if message.status != "scheduled":
                return False
            message.status = "canceled"
            return True

    def delete(self, sid: str) -> bool:
        """Forget a message; False if there is none."""
        with self._board.lock:
            return self.by_sid.pop(sid, None) is not None

    def _keep(self, message: TextMessage) -> None:
        with self._board.lock:
            self.by_sid[message.sid] = message
            for sid in list(self.by_sid)[: max(0, len(self.by_sid) - KEPT)]:
                del self.by_sid[sid]

    def _transmit(self, message: TextMessage) -> None:
        if message.send_at:
            wait = (message.send_at - clock.now()).total_seconds() * self._board.settings.pace
            time.sleep(max(0.0, wait))
        with self._board.lock:
            if message.status == "canceled":
                return
            message.sent_at = clock.now()
            self._progress(message, "sent")
        forced = outcome_of(message.to).sms_status
        if forced:
            message.error_code = ERROR_CODES[forced]
            self._progress(message, forced)
        else:
            self.deliver_waiting(message.to)

    def deliver_waiting(self, address: str) -> None:
        """Hand over what waits for a telephone that is on."""
        with self._board.lock:
            devices = self._directory.at(address)
            waiting = [m for m in self.by_sid.values() if m.to == address and m.status == "sent"]
            for message in waiting if devices else ():
                for device in devices:
                    device.notify(
                        "sms",
                        {
                            "sid": message.sid,
                            "from": message.from_,
                            "to": message.to,
                            "body": message.body,
                            "media": list(message.media),
                        },
                    )
                self._progress(message, "delivered")

    def _progress(self, message: TextMessage, status: str) -> None:
        message.status = status
        params = self._params(message) | {
            "MessageStatus": status,
            "SmsStatus": status,
        }
        if message.error_code:
            params["ErrorCode"] = str(message.error_code)
        self._courier.send(message.sid, message.callback_url, "POST", params)

    def _params(self, message: TextMessage) -> dict[str, str]:
        params = {
            "AccountSid": self._board.settings.account_sid,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "From": message.from_,
            "To": message.to,
            "ApiVersion": API_VERSION,
        }
        if message.service_sid:
            params["MessagingServiceSid"] = message.service_sid
        return params

    # -- towards the subscriber -----------------------------------------------------------------

    def receive(
        self, from_: str, line: Resource, body: str, media: tuple[str, ...] = ()
    ) -> TextMessage:
        """Somebody writes to a number of the subscriber: its SMS URL is asked."""
        to = line["phone_number"]
        message = TextMessage(
            new_sid("SM"), from_, to, body, "inbound", clock.now(), status="received", media=media
        )
        self._keep(message)
        wired = self._registry.texts_of(line)
        if wired["sms_url"]:
            self._board.spawn(self._hear, message, wired)
        return message

    def _hear(self, message: TextMessage, wired: Resource) -> None:
        params = self._params(message) | {
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "Body": message.body,
            "NumMedia": str(len(message.media)),
            "NumSegments": str(message.segments),
            **places(From=message.from_, To=message.to),
            **{f"MediaUrl{n}": url for n, url in enumerate(message.media)},
            **{f"MediaContentType{n}": kind_of(url) for n, url in enumerate(message.media)},
        }
        step: Source | None = Source(wired["sms_url"], wired["sms_method"], params)
        spare = wired["sms_fallback_url"]
        for _document in range(MAX_DOCUMENTS):
            if step is None:
                return
            asked = step
            try:
                step = self._answer(message, wired, asked)
            except (WebhookFailed, TwimlRefused) as error:
                self._board.alert(message.sid, error.code, asked.url, str(error))
                if not spare:
                    return
                reason = {"ErrorCode": str(error.code), "ErrorUrl": asked.url}
                step = Source(spare, wired["sms_fallback_method"], params | reason)
                spare = ""

    def _answer(self, message: TextMessage, wired: Resource, source: Source) -> Source | None:
        """Ask for a document and do what it says; the next one, or None at its end."""
        answer = self._webhooks.ask(source.url, source.method, source.params)
        for told in self._read(answer, source, message.sid):
            if isinstance(told, Redirect):
                return Source(resolve(answer.url, told.url), told.method, source.params)
            following = self._reply(message, wired, told, answer.url, source.params)
            if following is not None:
                return following
        return None

    def _read(self, answer: Answer, source: Source, sid: str) -> tuple[Reply | Redirect, ...]:
        if not answer.ok:
            raise WebhookFailed(11200, source.url, f"HTTP {answer.status}")
        if not answer.body.strip():
            return ()
        if answer.content_type.split(";")[0].strip().lower() == PLAIN:
            return (Reply(answer.body.decode(errors="replace").strip()),)
        check_content_type(answer.content_type)
        notes = Notes(self._board.settings.strict)
        found = parse_messaging(answer.body, notes)
        for code, words in notes.told:
            self._board.alert(sid, code, source.url, words)
        return found

    def _reply(
        self,
        message: TextMessage,
        wired: Resource,
        told: Reply,
        base: str,
        params: dict[str, str],
    ) -> Source | None:
        from_, to = told.from_ or message.to, normalise(told.to) or message.from_
        refused = self.refusal(from_, to)
        if refused:
            self._board.alert(message.sid, refused[0], base, f"Message: {refused[1]}")
        callback = wired.get("sms_status_callback") or wired.get("message_status_callback", "")
        if told.status_callback:
            callback = resolve(base, told.status_callback)
        media = tuple(resolve(base, url) for url in told.media)
        sent = None
        if not refused and (told.body or media):
            sent = self.send(
                from_, to, told.body[:MAX_BODY], callback, media=media, direction="outbound-reply"
            )
        if not told.action:
            return None
        status = "sent" if sent else "failed"
        about = {"MessageSid": sent.sid if sent else "", "MessageStatus": status}
        return Source(resolve(base, told.action), told.method, params | about)


def kind_of(url: str) -> str:
    """The media type that a file's name tells."""
    return mimetypes.guess_type(url)[0] or "application/octet-stream"
