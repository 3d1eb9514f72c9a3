"""Other dossiers of the demo, drawn from a fixed seed so that lists look like those of a service."""

from __future__ import annotations

import random

from app.demo.cases import OK, ORGANISATIONS, Case, Slot, Told
from app.dossiers.vocabulary import Inside, PieceKind, PieceState, PortalEventKind
from app.foundation.text.bilingual import Text

SIZE = 40
SEED = 20210622

FIRST_NAMES = (
    "Amélie", "Karim", "Lucie", "Grégory", "Awa", "Sébastien", "Maëva", "Jérôme", "Inès",
    "Patrick", "Corinne", "Mehdi", "Océane", "Franck", "Leïla", "Vincent", "Chloé", "Mamadou",
    "Véronique", "Tony",
)  # fmt: skip
LAST_NAMES = (
    "Aubry", "Barbier", "Colin", "Duval", "Esnault", "Fontaine", "Guérin", "Humbert", "Jacquot",
    "Kaya", "Lacroix", "Meunier", "Noël", "Oliveira", "Prigent", "Quéré", "Renard", "Sissoko",
    "Tanguy", "Weber",
)  # fmt: skip
TRAININGS = (
    "Agent de propreté", "Électricien d'équipement", "Technicien fibre", "Aide-soignante",
    "Conseiller en insertion", "Plombier chauffagiste", "Assistant commercial", "Boulanger",
)  # fmt: skip
STATES = (
    Inside.DEPOSITED, Inside.DEPOSITED, Inside.TAKEN_UP, Inside.TAKEN_UP, Inside.VOTED,
    Inside.TO_PAY, Inside.PAID, Inside.PAID, Inside.AWAITED,
)  # fmt: skip


def crowd() -> list[Case]:
    """The other dossiers, always the same ones."""
    rng = random.Random(SEED)  # noqa: S311 - invented people need no secrecy
    return [_person(rng, number) for number in range(SIZE)]


def _person(rng: random.Random, number: int) -> Case:
    inside = rng.choice(STATES)
    deposited = None if inside is Inside.AWAITED else rng.randint(3, 90)
    decided = inside in (Inside.VOTED, Inside.TO_PAY, Inside.PAID)
    started = deposited is not None and inside is not Inside.DEPOSITED
    return Case(
        first_name=rng.choice(FIRST_NAMES),
        last_name=LAST_NAMES[number % len(LAST_NAMES)],
        phone=f"+3363998{1000 + number:04d}",
        note=Text("", ""),
        age=rng.randint(19, 61),
        inside=inside,
        owner=rng.choice(("camille", "nadia", "bruno")),
        organisation=rng.choice(ORGANISATIONS)[0],
        training=rng.choice(TRAININGS),
        enrolled=(deposited or 5) + rng.randint(2, 10),
        deposited=deposited,
        taken_up=max(1, deposited - 2) if deposited and started else None,
        decided=1 if decided else None,
        amount=rng.randint(300, 1400) * 100 if decided else None,
        pays=inside is Inside.TO_PAY,
        events=_events(inside, deposited),
        pieces=_pieces(rng, inside),
    )


def _events(inside: Inside, deposited: int | None) -> tuple[Told, ...]:
    if deposited is None:
        return (Told(PortalEventKind.LINK_SENT, 1.2), Told(PortalEventKind.LINK_OPENED, 1))
    told = [Told(PortalEventKind.DEPOSITED, deposited)]
    if inside is not Inside.DEPOSITED:
        told.append(Told(PortalEventKind.TAKEN_UP, max(1, deposited - 2)))
    if inside is Inside.PAID:
        told.append(Told(PortalEventKind.PAID, 0.5))
    return tuple(told)


def _pieces(rng: random.Random, inside: Inside) -> tuple[Slot, ...]:
    if inside is Inside.AWAITED:
        return ()
    state = PieceState.ORANGE if inside is Inside.DEPOSITED else PieceState.GREEN
    extra = Slot(rng.choice((PieceKind.TAX_NOTICE, PieceKind.FAMILY_BOOK)), state)
    return (*OK, extra)
