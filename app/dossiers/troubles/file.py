"""Likely troubles once the request is there: pièces, decision, payment. Pure."""

from __future__ import annotations

from app.dossiers.facts import PieceFact
from app.dossiers.troubles.case import Case, Rule, Trouble
from app.dossiers.vocabulary import Defect, Inside, PieceState
from app.dossiers.wording import PIECE
from app.foundation.clock import local_day
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day

# What a defect asks for; an empty or outdated pièce is simply asked again.
_DEFECTS: dict[Defect | None, tuple[str, str, Text]] = {
    Defect.UNREADABLE: (
        "piece_unreadable", "S18",
        Text("illisible : photo trop sombre, coupée ou floue", "unreadable: too dark, cut or blurred"),
    ),
    Defect.PAGES_MISSING: (
        "pages_missing", "S19",
        Text("incomplète : il manque des pages", "incomplete: pages are missing"),
    ),
    Defect.WRONG_SLOT: (
        "wrong_slot", "S20",
        Text("déposée au mauvais endroit", "put in the wrong slot"),
    ),
}  # fmt: skip


def _piece(case: Case) -> Trouble | None:
    if case.facts.inside not in (Inside.AWAITED, Inside.DEPOSITED, Inside.TAKEN_UP):
        return None
    red = [p for p in case.facts.pieces if p.state is PieceState.RED]
    if not red:
        return None
    piece = red[0]
    name = PIECE[piece.kind].get(case.locale)
    if _nothing_sent_since(piece) or piece.defect not in _DEFECTS:
        return case.make(
            "piece_asked", "S27",
            Text("Pièce redemandée", "Document asked for again"),
            Text(
                f"{name} : pièce redemandée, rien n'a été déposé depuis.",
                f"{name}: asked for again, nothing was sent since.",
            ),
        )  # fmt: skip
    code, script_id, words = _DEFECTS[piece.defect]
    return case.make(
        code, script_id,
        Text("Pièce à refaire", "Document to send again"),
        Text(f"{name} : {words.fr}.", f"{name}: {words.en}."),
    )  # fmt: skip


def _nothing_sent_since(piece: PieceFact) -> bool:
    """Asked again and left alone; a defect can only be told of something that was sent."""
    return piece.sent_at is None


def _empty_slot(case: Case) -> Trouble | None:
    empty = [
        p for p in case.facts.pieces if p.state is PieceState.ORANGE and p.defect is Defect.EMPTY
    ]
    if not empty:
        return None
    name = PIECE[empty[0].kind].get(case.locale)
    return case.make(
        "wrong_slot", "S20",
        Text("Pièce transmise mais vide", "Document sent but empty"),
        Text(
            f"{name} : marquée transmise, mais vide. Il faut redonner la main.",
            f"{name}: marked as sent but empty. Hand the slot back.",
        ),
    )  # fmt: skip


def _rejected(case: Case) -> Trouble | None:
    if case.facts.inside not in (Inside.REJECTED, Inside.INADMISSIBLE):
        return None
    return case.make(
        "rejected", "S16",
        Text("Décision à expliquer", "A decision to explain"),
        Text(
            "La demande est refusée : la personne a peut-être lu seulement « dossier traité ».",
            "The request is refused: the person may have read only “file processed”.",
        ),
    )  # fmt: skip


def _awaiting_payment(case: Case) -> Trouble | None:
    facts = case.facts
    waiting = (Inside.DEPOSITED, Inside.TAKEN_UP, Inside.VOTED, Inside.TO_PAY)
    if facts.inside not in waiting:
        return None
    today = local_day(case.now)
    french = "Demande probable : la date du paiement."
    english = "Likely question: the payment date."
    if facts.inside is Inside.DEPOSITED:
        french += " Personne n'a encore étudié ce dossier : aucune date à donner."
        english += " Nobody has studied this file yet: there is no date to give."
        if facts.deposits_processed:
            at = day(facts.deposits_processed, today, case.locale)
            french += f" On traite les dépôts du {at}."
            english += f" Requests of {at} are being processed."
    elif facts.inside is Inside.TAKEN_UP:
        french += " Rien n'est encore décidé : aucune date à donner."
        english += " Nothing is decided yet: there is no date to give."
    elif facts.next_payment_on and facts.next_payment_on >= today:
        at = day(facts.next_payment_on, today, case.locale)
        french += f" Paiement prévu le {at}."
        english += f" Payment planned on {at}."
    else:
        french += " L'aide est accordée, aucune date n'est encore fixée."
        english += " The aid is granted, no date is set yet."
    return case.make(
        "awaiting_payment", "S25",
        Text("Attend son paiement", "Waiting for payment"),
        Text(french, english),
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    _piece,
    _empty_slot,
    _rejected,
    _awaiting_payment,
)
