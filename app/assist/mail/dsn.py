"""Delivery reports (RFC 3464), as mail servers send them back: hostile until read. Pure.

Anybody can write to the mailbox that they come to. A report only ever speaks of a mail of ours whose
Message-ID it knows; what it says in free text is not kept, its status code becomes words of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from app.foundation.text import outside
from app.foundation.text.patterns import pattern

N_ = str  # marks a sentence for bin/translations.py

LARGEST = 400_000  # bytes read of one report
MOST_PARTS = 30
LONGEST_ID = 255
_ID = pattern(r"<[!-;=?-~]{1,250}>")
_STATUS = pattern(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})

# Enhanced status codes (RFC 3463), the longest beginning first: what to tell the agent.
_WORDS: tuple[tuple[str, str], ...] = (
    ("5.1.", N_("Cette adresse n'existe pas : relisez-la lettre par lettre.")),
    ("5.2.2", N_("Sa boîte mail est pleine : il faut y faire de la place.")),
    ("5.2.1", N_("Sa boîte mail est fermée, ou ne sert plus.")),
    ("5.2.", N_("Sa boîte mail n'accepte pas ce mail.")),
    ("5.3.", N_("Sa messagerie n'accepte pas ce mail.")),
    ("5.4.", N_("Sa messagerie est restée injoignable : vérifiez ce qui suit le @.")),
    ("5.7.", N_("Sa messagerie a refusé ce mail par sécurité.")),
)
_OTHER = N_("Ce mail est revenu : il n'est pas arrivé.")


@dataclass(frozen=True)
class Report:
    """What became of one mail: ``message_id`` with its brackets, ``action`` and ``status`` as RFC 3464 has them."""

    message_id: str
    action: str
    status: str

    @property
    def lost(self) -> bool:
        """Will it never arrive?"""
        return self.action == "failed"

    @property
    def arrived(self) -> bool:
        """Is it in the mailbox? (« relayed » is not: another server has it.)"""
        return self.action == "delivered"

    @property
    def words(self) -> str:
        """Why it came back, for the agent (to be translated)."""
        return next((words for start, words in _WORDS if self.status.startswith(start)), _OTHER)


# Why a mail can be made to come back, where no server is there to refuse it (the local outbox).
FEIGNED: dict[str, str] = {"full": "5.2.2", "unknown": "5.1.1", "blocked": "5.7.1"}


def feigned(message_id: str, to: str, reason: str) -> bytes:
    """The report that a server would send back for this mail (RFC 3464), for a reason of ``FEIGNED``.

    Raises ValueError for another, or for a mail that has no usable Message-ID.
    """
    if reason not in FEIGNED or _ID.fullmatch(message_id) is None:
        raise ValueError("no such reason, or no such mail")
    status, address = FEIGNED[reason], _line(to)
    report = MIMEMultipart("report", report_type="delivery-status")
    report.add_header("from", "MAILER-DAEMON@localhost")
    report.add_header("to", "ne-pas-repondre@localhost")
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("This report was asked for from the local outbox.\n"))
    about = Message(policy=policy.compat32)
    about["Reporting-MTA"] = "dns; localhost"
    told = Message(policy=policy.compat32)
    told["Final-Recipient"] = f"rfc822; {address}"
    told["Action"], told["Status"] = "failed", status
    told["Diagnostic-Code"] = f"smtp; 550 {status}"
    state = MIMEBase("message", "delivery-status")
    state.set_payload([about, told])
    report.attach(state)
    headers = MIMEBase("text", "rfc822-headers")
    headers.set_payload(f"Message-ID: {message_id}\nTo: {address}\n")
    report.attach(headers)
    return report.as_bytes()


def _line(text: str) -> str:
    """An address on one line, in the letters of a header (RFC 5322): nothing in it ends one."""
    return "".join(sign if "!" <= sign <= "~" else "?" for sign in text)[:254]


def read(raw: bytes) -> Report | None:
    """The report of a mail, or None when it is none, or says nothing that can be used."""
    if len(raw) > LARGEST:
        raw = raw[:LARGEST]
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # the library's own, on what no server ever wrote


def _read(mail: Message) -> Report | None:
    if mail.get_content_type() != "multipart/report":
        return None
    fields: list[Message] = []
    original = ""
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            payload = part.get_payload()
            fields += (
                [each for each in payload if isinstance(each, Message)]
                if isinstance(payload, list)
                else []
            )
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            original = original or _id(message_from_bytes(_bytes(part), policy=policy.compat32))
        elif kind == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            original = original or (_id(inner) if isinstance(inner, Message) else "")
    told = next((each for each in fields if each.get("Action")), None)
    if told is None or not original:
        return None
    action = str(told.get("Action", "")).strip().lower()[:20]
    found = _STATUS.search(str(told.get("Status", ""))[:60])
    return Report(original, action, found[0] if found else "") if action in ACTIONS else None


def _parts(mail: Message) -> Iterator[Message]:
    """The report's own parts, not those of what is inside them."""
    payload = mail.get_payload()
    if isinstance(payload, list):
        yield from (each for each in payload[:MOST_PARTS] if isinstance(each, Message))


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _id(message: Message) -> str:
    found = _ID.search(outside.clean(str(message.get("Message-ID", "")))[: LONGEST_ID * 2])
    return found[0] if found else ""
