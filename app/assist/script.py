"""What a guided script is, once read: frozen data, no I/O. Pure.

A script is a decision tree (loops allowed) that an agent follows beside a call. Its words exist
in French and in English; the sentences to say are said, so both are written to be spoken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.foundation.text.bilingual import Text

LOCALES = ("fr", "en")

# What a step may do. Each name has a handler in assist/acts/actions.py: a test holds the two together.
ACTIONS = frozenset(
    {
        "resend_link",
        "correct_address",
        "send_reset",
        "unlock",
        "send_summary",
        "ask_interpreter",
        "book_place",
        "hand_slot_back",
        "send_sms",
        "create_callback",
        "link_incident",
        "flag_priority",
        "consult_owner",
        "alert_manager",
    }
)

# How a run may end. The engine alone writes "other_script", when a choice names a script, and "looped",
# when the same step or script came back too often: then another way is proposed.
OUTCOMES = (
    "solved",
    "under_way",
    "follow_up",
    "callback",
    "third_party",
    "transferred",
    "incident",
    "unsolved",
    "not_this",
    "other_script",
    "interrupted",
    "looped",
)

LOOPED = "looped"
NOT_THIS = "not_this"  # opened, and found to be another difficulty
OTHER_SCRIPT = "other_script"
BY_ENGINE = (OTHER_SCRIPT, LOOPED)

# Ends after which the script that called another one goes on: what blocked it is out of the way.
SERVED = ("solved", "under_way")

# Who did it (DOMAIN, "Posture"): the person alone, the two together, the agent in their place.
POSTURES = ("alone", "with", "for")
# Why in their place: neutral reasons only, never a judgment on the person.
POSTURE_REASONS = ("urgency", "no_device", "does_not_read", "asked")
# On what the agent acts for the person: a yes said aloud or by SMS, or a written mandate. Never assumed.
BASES = ("spoken", "remote", "mandate")


@dataclass(frozen=True)
class Choice:
    """One answer to a step. Exactly one of ``next``, ``end`` and ``script`` is set.

    Beside ``script``, one of two: ``then``, the step at which this script goes on once the other has
    served, or ``for_good``, when the other carries the matter to its end by itself.
    ``learns`` are the facts that the answer teaches (``walk.facts``), ``obstacle`` what it says of where
    the person is stuck (``walk.obstacles``), or None.
    """

    label: Text
    next: str | None = None
    end: str | None = None
    script: str | None = None
    then: str | None = None
    for_good: bool = False
    learns: tuple[tuple[str, str], ...] = ()
    obstacle: str | None = None

    @property
    def outcome(self) -> str | None:
        """The outcome with which this choice ends the run, or None when the run goes on."""
        return "other_script" if self.script else self.end


@dataclass(frozen=True)
class Step:
    """One screen of the pane.

    ``ask`` is the next question (or ``do``, the next act), ``say`` the sentence to say aloud,
    ``screen`` what the caller has before their eyes, ``check`` how to know that it worked.
    ``patience`` is the silence, in seconds, that is normal here before the agent asks whether
    the person is still there. ``posture`` is the one proposed, marked as such and never stored
    unless the agent says it; None proposes nothing. ``asks`` names the facts that it asks: it is passed
    over when all are known. ``without`` holds the form of a text for when a fact of its is missing.
    """

    id: str
    choices: tuple[Choice, ...]
    ask: Text | None = None
    do: Text | None = None
    say: Text | None = None
    screen: Text | None = None
    check: Text | None = None
    action: str | None = None
    patience: int = 30
    posture: str | None = None
    asks: tuple[str, ...] = ()
    without: tuple[tuple[str, Text], ...] = ()

    @property
    def headline(self) -> Text:
        """The largest text of the pane: the question, or the act when nothing is asked."""
        text = self.ask or self.do
        assert text is not None  # the schema demands one of the two
        return text


@dataclass(frozen=True)
class Script:
    """A whole script. ``reason`` is the code of one of the seven; ``digital`` the kind of digital
    trouble that running it reveals, or None when it reveals none."""

    id: str
    version: int
    content_hash: str
    title: Text
    trouble: Text
    reason: str
    digital: str | None
    keywords: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def start(self) -> Step:
        """The step a run begins with: the first one written."""
        return self.steps[0]

    def step(self, step_id: str) -> Step:
        """The step named; raises KeyError when the script has none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text of the script with its place, for search and for checks."""
        yield "title", self.title
        yield "trouble", self.trouble
        for step in self.steps:
            for name in ("ask", "do", "say", "screen", "check"):
                text = getattr(step, name)
                if text is not None:
                    yield f"{step.id}.{name}", text
            for name, text in step.without:
                yield f"{step.id}.without.{name}", text
            for number, choice in enumerate(step.choices, 1):
                yield f"{step.id}.choice{number}", choice.label


@dataclass(frozen=True)
class Problem:
    """Why a script is refused: where, and what its author should change."""

    file: str
    step: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file} [{self.step}]" if self.step else self.file
        return f"{place}: {self.message}"
