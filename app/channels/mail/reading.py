"""A mail that answers one of ours (RFC 5322), as people's mail programs send it: hostile until read. Pure.

Only the text is read: what is quoted under it is ours, what is attached is not kept, and what a machine sent
(RFC 3834: an absence, a list) is no answer of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from markupsafe import Markup

from app.foundation.text import outside
from app.foundation.text.patterns import pattern

LARGEST = 400_000  # bytes read of one mail
LONGEST = 20_000  # signs kept of its text
MOST_PARTS = 30
MOST_NAMED = 10  # mails that it says it answers
_ID = pattern(r"<[!-;=?-~]{1,250}>")
_STYLE = pattern(r"(?is)<(style|script|head)\b.*?</(style|script|head)>")
_BREAK = pattern(r"(?i)<br\s*/?>|</(p|div|tr|li|h[1-6])>")
_WROTE = ("a écrit :", "a écrit:", "wrote:")
_RULES = ("-----", "_____")
_ABOVE = ("de :", "from:", "le ", "on ")


@dataclass(frozen=True)
class Answer:
    """What somebody answered. ``key``: its own Message-ID, with brackets; ``names``: those of the mails that it
    answers; ``words``: what is new in it, ``whole``: with what it quotes."""

    key: str
    names: tuple[str, ...]
    sender: str
    subject: str
    words: str
    whole: str


def read(raw: bytes) -> Answer | None:
    """The answer that a mail is, or None when it answers nothing, or no person wrote it."""
    try:
        return _read(message_from_bytes(raw[:LARGEST], policy=policy.compat32))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # the library's own, on what no mail program ever wrote


def _read(mail: Message) -> Answer | None:
    names = _ids(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")
    own = _ids(str(mail.get("Message-ID", "")))
    sender = parseaddr(str(mail.get("from", ""))[:1000])[1].lower()
    if not names or not own or "@" not in sender or _automatic(mail):
        return None
    whole = _text(mail)[:LONGEST].strip()
    return Answer(own[0], names, sender, _subject(mail), _new(whole), whole)


def _automatic(mail: Message) -> bool:
    said = str(mail.get("Auto-Submitted", "no")).strip().lower()
    sort = str(mail.get("Precedence", "")).strip().lower()
    return said != "no" or sort in ("bulk", "junk", "list", "auto_reply") or "X-Autoreply" in mail


def _ids(header: str) -> tuple[str, ...]:
    """The ids of a header; the last ones are the nearest."""
    found = [each[0] for each in _ID.finditer(outside.clean(header)[:10_000])]
    return tuple(dict.fromkeys(found[:1] + found[-MOST_NAMED:]))


def _subject(mail: Message) -> str:
    raw = str(mail.get("Subject", ""))[:1000]
    try:
        return outside.clean(str(make_header(decode_header(raw))))[:200]
    except (ValueError, LookupError):
        return outside.clean(raw)[:200]


def _text(mail: Message) -> str:
    parts = [part for part, _n in zip(mail.walk(), range(MOST_PARTS), strict=False)]
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    for part in shown:
        if part.get_content_type() == "text/plain":
            return _decoded(part)
    for part in shown:
        if part.get_content_type() == "text/html":
            bare = _BREAK.sub("\n", _STYLE.sub("", _decoded(part)))
            # Its tags are taken away, nothing is shown as HTML.
            lines = (Markup(line).striptags() for line in bare.split("\n"))  # noqa: S704
            return "\n".join(lines)
    return ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8") or "utf-8"
    try:
        text = payload.decode(charset, "replace")
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _new(whole: str) -> str:
    """The text without what it quotes; all of it when nothing else is left."""
    lines = whole.split("\n")
    end = next((n for n, line in enumerate(lines) if _quotes(line, lines[n + 1 :])), len(lines))
    if end and end < len(lines) and lines[end].strip().lower().endswith(_WROTE):
        before = lines[end - 1].strip().lower()  # « Le jeu. 26 nov. …, Permanence\n<…> a écrit : »
        end -= before.startswith(("le ", "on ")) and not before.endswith((".", "!", "?"))
    return "\n".join(lines[:end]).strip() or whole


def _quotes(line: str, after: list[str]) -> bool:
    """Does what is quoted begin at this line?"""
    text = line.strip().lower()
    if text.startswith(">") or text.endswith(_WROTE):
        return True
    following = next((each.strip().lower() for each in after if each.strip()), "")
    return text.startswith(_RULES) and ("origin" in text or following.startswith(_ABOVE))
