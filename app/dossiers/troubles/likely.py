"""Why this person is probably calling, and the guided script that helps. Pure.

A guess made from the dossier before a word is said; the agent sees it as a hint, never as a fact
about the person. The order of the rules is that of the harm: a flag that somebody has set (danger,
pressing need) outranks every guess; then what blocks everything (no mail, no account), then what
the person can do alone, then waiting for money. Script numbers are those of the field studies.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.dossiers.facts import DossierFacts
from app.dossiers.troubles import access as trouble_access
from app.dossiers.troubles import file as trouble_file
from app.dossiers.troubles.case import Case, Rule, Trouble
from app.dossiers.vocabulary import FlagKind
from app.foundation.text.bilingual import Text


def likely_trouble(facts: DossierFacts, now: datetime, locale: str) -> Trouble | None:
    """The most harmful trouble that the facts show at ``now``, or None."""
    return next(_all(facts, now, locale), None)


def likely_troubles(facts: DossierFacts, now: datetime, locale: str) -> tuple[Trouble, ...]:
    """Every trouble that the facts show, the most harmful first, each script once."""
    found: dict[str, Trouble] = {}
    for trouble in _all(facts, now, locale):
        found.setdefault(trouble.script_id, trouble)
    return tuple(found.values())


def _all(facts: DossierFacts, now: datetime, locale: str) -> Iterator[Trouble]:
    case = Case(facts, now, locale)
    for rule in _RULES:
        trouble = rule(case)
        if trouble is not None:
            yield trouble


def _in_danger(case: Case) -> Trouble | None:
    if FlagKind.DISTRESS not in case.facts.flags:
        return None
    return case.make(
        "distress", "S31",
        Text("Personne en danger", "A person in danger"),
        Text(
            "Ce dossier porte une alerte de détresse : la personne d'abord, sa demande ensuite.",
            "This file carries a distress alert: the person first, the request afterwards.",
        ),
    )  # fmt: skip


def _pressing_need(case: Case) -> Trouble | None:
    if FlagKind.URGENT not in case.facts.flags:
        return None
    return case.make(
        "urgent_need", "S26",
        Text("Besoin urgent", "A pressing need"),
        Text(
            "Une urgence est notée sur ce dossier : demandez d'abord si la personne a de quoi "
            "manger et où dormir.",
            "A pressing need is noted on this file: first ask whether the person has food and "
            "a place to sleep.",
        ),
    )  # fmt: skip


_RULES: tuple[Rule, ...] = (_in_danger, _pressing_need, *trouble_access.RULES, *trouble_file.RULES)
