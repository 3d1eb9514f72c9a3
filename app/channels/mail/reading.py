"""A mail that somebody wrote to us (RFC 5322), as people's mail programs send it: hostile until read. Pure.

Only the text is read: what is quoted under it is ours, what is attached is named and stays in the mailbox. What a
machine sent (RFC 3834: an absence; RFC 2919: a list; RFC 8098: a receipt) is nobody's question: to answer it would
be to talk with it for ever.
"""

from __future__ import annotations

import hashlib
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
_MACHINES = (  # headers that no mail program of a person writes
    *("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID"),
)
_SORTS = ("bulk", "junk", "list", "auto_reply")
# The part before the @, letters and digits alone.
_NOBODY = ("noreply", "donotreply", "nepasrepondre", "mailerdaemon", "postmaster", "bounce")
# How programs begin the subject of an absence, where they say it nowhere else.
_ABSENT = ("réponse automatique", "automatic reply", "out of office", "absence du bureau", "auto:")


@dataclass(frozen=True)
class Received:
    """What somebody wrote. ``key`` names it for ever: its own Message-ID, with brackets, or the digest of a mail
    that has none; ``names``: the mails that it answers; ``words``: what is new in it, ``whole``: with what it
    quotes; ``attached``: the names of its files; ``digest``: its other name, of what it is."""

    key: str
    names: tuple[str, ...]
    sender: str
    subject: str
    words: str
    whole: str
    attached: tuple[str, ...] = ()
    digest: str = ""


def read(raw: bytes) -> Received | None:
    """What a mail says, or None when no person wrote it, or nobody could be answered."""
    try:
        return _read(message_from_bytes(raw[:LARGEST], policy=policy.compat32), raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # the library's own, on what no mail program ever wrote


def _read(mail: Message, raw: bytes) -> Received | None:
    sender = parseaddr(str(mail.get("from", ""))[:1000])[1].lower()
    subject = _subject(mail)
    if not _writable(sender) or _automatic(mail, subject):
        return None
    names = _ids(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")
    own = _ids(str(mail.get("Message-ID", "")))
    whole = _text(mail)[:LONGEST].strip()
    digest = f"mail-{hashlib.sha256(raw).hexdigest()}"
    return Received(
        own[0] if own else digest,
        names,
        sender,
        subject,
        _new(whole) if names else whole,
        whole,
        _attached(mail),
        digest,
    )


def _writable(sender: str) -> bool:
    """Is it the address of somebody who can be answered?"""
    before, at, _domain = sender.partition("@")
    letters = "".join(each for each in before if each.isalnum())
    return bool(at) and not letters.startswith(_NOBODY)


def _automatic(mail: Message, subject: str) -> bool:
    said = str(mail.get("Auto-Submitted", "no")).strip().lower()
    sort = str(mail.get("Precedence", "")).strip().lower()
    return (
        said != "no"
        or sort in _SORTS
        or any(name in mail for name in _MACHINES)
        or str(mail.get("Return-Path", "?")).strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or subject.lower().startswith(_ABSENT)
    )


def _attached(mail: Message) -> tuple[str, ...]:
    """The names of the files that came with it; « ? » for one without a name."""
    found = []
    for part, _n in zip(mail.walk(), range(MOST_PARTS), strict=False):
        if part.is_multipart() or (
            part.get_content_maintype() == "text" and not part.get_filename()
        ):
            continue
        name = outside.clean(str(make_header(decode_header(part.get_filename() or "")))).strip()
        found.append(name[:60] or "?")
    return tuple(found[:MOST_NAMED])


def _ids(header: str) -> tuple[str, ...]:
    """The ids of a header; the last ones are the nearest."""
    found = [each[0] for each in _ID.finditer(outside.clean(header)[:10_000])]
    return tuple(dict.fromkeys(found[:1] + found[-MOST_NAMED:]))


def _subject(mail: Message) -> str:
    raw = _plainly(mail, "subject")[:1000]
    try:
        return outside.clean(str(make_header(decode_header(raw))))[:200]
    except (ValueError, LookupError):
        return outside.clean(raw)[:200]


def _plainly(mail: Message, name: str) -> str:
    """A header as it came, read as UTF-8 where a program wrote signs that none should hold (RFC 6532 lets it)."""
    found = next((str(value) for key, value in mail.raw_items() if key.lower() == name), "")
    return found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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
