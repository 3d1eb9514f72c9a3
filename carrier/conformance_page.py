"""Writes ``docs/conformance.md`` from the table of what is done here: ``python -m carrier.conformance_page``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from carrier.conformance import MESSAGING, REST, TWIML, Fate, Spoken
from carrier.line.numbers import MAGIC
from carrier.rest.errors import MESSAGES

PAGE = Path(__file__).resolve().parent / "docs" / "conformance.md"
HEAD = """# What is spoken here

Written by `python -m carrier.conformance_page` from `carrier/conformance.py`, which the readers of TwiML and of REST
requests obey; a test sees that it is current, and walks all that the `twilio` library can send.

**Done**: it has its effect on this line. **Alert**: the call goes on without it, and an alert says so (12200 for TwiML,
20001 for REST); with `--strict` it is refused. **Refused**: it cannot be done here. What Twilio does not know either is
an alert, as at Twilio; with `--strict` it is refused. A path of the REST API that is not below answers 404 with 20404.
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [
        HEAD,
        "\n## TwiML of calls\n",
        *_twiml(TWIML),
        "\n## TwiML of messages\n",
        *_twiml(MESSAGING),
        "\n## REST API, below `/2010-04-01/Accounts/<sid>`\n",
        *_rest(),
        "\n## Refusals of the REST API\n",
        "Code | Status | Message\n---|---|---",
        *(
            f"{code} | {status} | {text.replace('{detail}', '…')}"
            for code, (status, text) in sorted(MESSAGES.items())
        ),
        "\n## Numbers that force an outcome\n",
        "Number | Called | Written to\n---|---|---",
        *(f"`{number}` | {_called(number)} | {_written(number)}" for number in MAGIC),
    ]
    return "\n".join(parts) + "\n"


def _called(number: str) -> str:
    outcome = MAGIC[number]
    return f"refused: {outcome.call_refusal}" if outcome.call_refusal else outcome.call_status


def _written(number: str) -> str:
    outcome = MAGIC[number]
    return f"refused: {outcome.sms_refusal}" if outcome.sms_refusal else outcome.sms_status


def _twiml(table: Mapping[str, Spoken]) -> Iterable[str]:
    yield "Element | Done | Alert, or refused\n---|---|---"
    for path, spoken in table.items():
        name = path.replace("/", " › ")
        yield f"`{name}` | {_done(spoken)} | {_not_done(spoken)}"


def _rest() -> Iterable[str]:
    yield "Request | Done | Alert, or refused\n---|---|---"
    for (method, path), spoken in REST.items():
        yield f"`{method} {path}` | {_done(spoken)} | {_not_done(spoken)}"


def _done(spoken: Spoken) -> str:
    if spoken.fate is not Fate.DONE:
        return "no"
    return _words(spoken, Fate.DONE) or "yes"


def _words(spoken: Spoken, fate: Fate, why: str = "") -> str:
    names = [name for name, told in spoken.fields.items() if told == (fate, why)]
    return ", ".join(f"`{name}`" for name in names)


def _not_done(spoken: Spoken) -> str:
    if spoken.fate is not Fate.DONE:
        return f"{spoken.fate.value}: {spoken.why}"
    told = dict.fromkeys(t for t in spoken.fields.values() if t[0] is not Fate.DONE)
    return "; ".join(f"{_words(spoken, *each)} {each[0].value}: {each[1]}" for each in told)


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
