"""Text messages, both ways. One for a telephone that is off waits until it is on."""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import datetime

from carrier import clock
from carrier.attributes import TwimlRefused
from carrier.board import Board
from carrier.courier import Courier
from carrier.directory import Directory
from carrier.numbers import outcome_of
from carrier.registry import Resource
from carrier.sids import new_sid
from carrier.twiml import read_tree
from carrier.webhooks import WebhookFailed, Webhooks

log = logging.getLogger(__name__)
ERROR_CODES = {"undelivered": 30005, "failed": 30008}
MAX_BODY = 1600
KEPT = 2000


@dataclass(eq=False)
class TextMessage:
    """One message and how far it got."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    created_at: datetime
    callback_url: str = ""
    status: str = "queued"
    error_code: int | None = None

    @property
    def segments(self) -> int:
        """How many SMS it takes: 160 characters of the GSM alphabet (approximated), else 70."""
        alone, joined = (160, 153) if self.body.isascii() else (70, 67)
        return 1 if len(self.body) <= alone else -(-len(self.body) // joined)


class Messages:
    """The text messages of the line."""

    def __init__(
        self, board: Board, directory: Directory, courier: Courier, webhooks: Webhooks
    ) -> None:
        self._board = board
        self._directory = directory
        self._courier = courier
        self._webhooks = webhooks
        self.by_sid: dict[str, TextMessage] = {}

    def send(self, from_: str, to: str, body: str, callback_url: str = "") -> TextMessage:
        """The subscriber writes to somebody; it goes on in the background."""
        message = self._new(from_, to, body, "outbound-api", callback_url)
        self._board.spawn(self._transmit, message)
        return message

    def _new(self, from_: str, to: str, body: str, direction: str, url: str = "") -> TextMessage:
        message = TextMessage(new_sid("SM"), from_, to, body, direction, clock.now(), url)
        with self._board.lock:
            self.by_sid[message.sid] = message
            for sid in list(self.by_sid)[: max(0, len(self.by_sid) - KEPT)]:
                del self.by_sid[sid]
        return message

    def _transmit(self, message: TextMessage) -> None:
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
                        },
                    )
                self._progress(message, "delivered")

    def _progress(self, message: TextMessage, status: str) -> None:
        message.status = status
        params = {
            "AccountSid": self._board.settings.account_sid,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "From": message.from_,
            "To": message.to,
            "ApiVersion": "2010-04-01",
        }
        if message.error_code:
            params["ErrorCode"] = str(message.error_code)
        self._courier.send(message.sid, message.callback_url, "POST", params)

    def receive(self, from_: str, line: Resource, body: str) -> TextMessage:
        """Somebody writes to a number of the subscriber: its SMS URL is asked."""
        message = self._new(from_, line["phone_number"], body, "inbound")
        message.status = "received"
        if line["sms_url"]:
            self._board.spawn(self._ask, message, line)
        return message

    def _ask(self, message: TextMessage, line: Resource) -> None:
        params = {
            "AccountSid": self._board.settings.account_sid,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": "0",
            "NumSegments": str(message.segments),
            "ApiVersion": "2010-04-01",
        }
        try:
            answer = self._webhooks.document(line["sms_url"], line["sms_method"], params)
            replies = read_replies(answer)
        except (WebhookFailed, TwimlRefused) as error:
            log.warning("carrier: message webhook failed (%s)", error.code)
            return
        for body in replies:
            self.send(message.to, message.from_, body)


def read_replies(document: bytes) -> list[str]:
    """The texts of a messaging TwiML document. Raises TwimlRefused."""
    root = read_tree(document)
    if root.tag != "Response" or any(child.tag not in ("Message", "Redirect") for child in root):
        raise TwimlRefused(12200, "Schema validation: only Message is understood here")
    return [_body(child) for child in root if child.tag == "Message"]


def _body(message: ElementTree.Element) -> str:
    body = message.find("Body")
    return ((message.text if body is None else body.text) or "").strip()
