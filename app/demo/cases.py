"""The people who call in the demo: situations met by the field studies, every name invented. Pure.

Days are counted back from the day of the seed, so that each trouble is live when it is shown.
Telephone numbers are from the ranges that Arcep keeps for fiction; mail domains do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.dossiers.vocabulary import (
    Defect,
    FlagKind,
    Inside,
    PhoneOwner,
    PieceKind,
    PieceState,
    PortalEventKind,
    Rejection,
)
from app.foundation.text import bodies
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import tidy

Kind = PortalEventKind


@dataclass(frozen=True)
class Told:
    """A portal event, ``ago`` days before the seed."""

    kind: PortalEventKind
    ago: float
    cause: str = ""


@dataclass(frozen=True)
class Slot:
    """A pièce; ``sent`` tells whether something was uploaded."""

    kind: PieceKind
    state: PieceState
    defect: Defect | None = None
    message: str = ""
    sent: bool = True
    instead: PieceKind | None = None  # what is accepted in its place
    third_party: str = ""  # who else holds it
    remind: int | None = None  # days from now


OK = tuple(
    Slot(kind, PieceState.GREEN)
    for kind in (PieceKind.RIB, PieceKind.IDENTITY, PieceKind.SITUATION_NOTICE)
)
ASKED = (Slot(PieceKind.RIB, PieceState.GREY, sent=False),)


@dataclass(frozen=True)
class Case:
    """One caller of the demo. ``note`` is read beside the number on the telephone page."""

    first_name: str
    last_name: str
    phone: str
    age: int
    note: Text
    inside: Inside = Inside.AWAITED
    owner: str = "camille"
    organisation: str = ""  # "": one of the five, in turn
    training: str = "Agent d'accueil polyvalent"
    email: str = ""
    phone_owner: PhoneOwner = PhoneOwner.OWN
    language: str = "fr"
    helper: str = ""
    from_software: bool = True
    enrolled: int | None = None
    deposited: int | None = None
    taken_up: int | None = None
    decided: int | None = None
    rejection: Rejection | None = None
    evidence: str = ""
    notified: int | None = None
    seen: bool = False
    pays: bool = False  # in the next wave
    amount: int | None = None
    permit_days: int | None = None
    events: tuple[Told, ...] = ()
    pieces: tuple[Slot, ...] = ()
    priority: str = ""
    flag: FlagKind = FlagKind.PRIORITY
    annotation: str = ""
    twice: bool = False  # a second open demande for the same training


CASES: tuple[Case, ...] = (
    Case(
        "Mickaël", "Perrin", "+33639980101", 36,
        Text("rejeté sans le savoir, boîte mail perdue", "rejected without knowing it, mailbox lost"),
        Inside.REJECTED, from_software=False, enrolled=44, deposited=42, taken_up=35, decided=20,
        rejection=Rejection.OUTSIDE_PROCEDURE,
        evidence="Dépôt fait directement sur le site, pendant une séance collective.",
        notified=20, organisation="Greta du Val Clair", training="Magasinier cariste",
        # Two mails, neither seen: the decision, then a new connection to make the request again.
        events=(
            Told(Kind.ENROLLED, 44.5), Told(Kind.LINK_SENT, 44.4), Told(Kind.DEPOSITED, 42),
            Told(Kind.TAKEN_UP, 35), Told(Kind.DECIDED, 20.5), Told(Kind.NOTIFIED, 20.4),
            Told(Kind.LINK_SENT, 13.5), Told(Kind.MAIL_DELIVERED, 13.49),
        ),
        annotation="Seul de son groupe à ne pas être payé, d'après l'organisme.",
    ),
    Case(
        "Kévin", "Morel", "+33261910102", 19,
        Text("la formatrice appelle pour lui : pièce mal scannée", "his trainer calls for him: badly scanned document"),
        Inside.TAKEN_UP, owner="bruno", organisation="École de la Deuxième Marche",
        training="Accompagnement renforcé vers l'emploi", phone_owner=PhoneOwner.HELPER,
        helper="Sylvie Garnier, formatrice", enrolled=40, deposited=30, taken_up=12,
        events=(
            Told(Kind.LINK_SENT, 40), Told(Kind.LINK_OPENED, 39.9), Told(Kind.STEP1_DONE, 39.9),
            Told(Kind.STEP2_DONE, 39.8), Told(Kind.DEPOSITED, 30), Told(Kind.TAKEN_UP, 12),
            Told(Kind.PIECE_ASKED, 5), Told(Kind.PIECE_SENT, 4),
        ),
        pieces=(
            Slot(PieceKind.IDENTITY, PieceState.RED, Defect.UNREADABLE, "Le verso est tout noir."),
            Slot(PieceKind.RIB, PieceState.GREEN),
        ),
        priority="Promis à la formatrice : étudié dès la pièce reçue.",
    ),
    Case(
        "Monique", "Delmas", "+33639980103", 62,
        Text("62 ans, à découvert : quand sera-t-elle payée ?", "62, overdrawn: when will she be paid?"),
        Inside.DEPOSITED, owner="nadia", enrolled=30, deposited=8,
        training="Secrétaire assistante",
        events=(
            Told(Kind.LINK_SENT, 30), Told(Kind.MAIL_BOUNCED, 30), Told(Kind.LINK_SENT, 10),
            Told(Kind.LINK_OPENED, 9), Told(Kind.STEP1_DONE, 9), Told(Kind.STEP2_DONE, 9),
            Told(Kind.DEPOSITED, 8),
        ),
        pieces=(*OK, Slot(PieceKind.TAX_NOTICE, PieceState.ORANGE)),
    ),
    Case(
        "Sandrine", "Leroy", "+33639980104", 37,
        Text("le Portail refuse son nouveau mot de passe", "the Portal refuses her new password"),
        enrolled=3, owner="nadia", training="Employée administrative",
        events=(
            Told(Kind.LINK_SENT, 2), Told(Kind.MAIL_DELIVERED, 2), Told(Kind.LINK_OPENED, 0.05),
            Told(Kind.PASSWORD_REFUSED, 0.045), Told(Kind.PASSWORD_REFUSED, 0.04),
        ),
        pieces=ASKED,
    ),
    Case(
        "Samira", "Haddad", "+33639980105", 39,
        Text("peu de français, lien expiré, une amie l'aide", "little French, link expired, a friend helps"),
        enrolled=24, language="ar", helper="Une voisine, en ligne avec elle",
        email="samira.haddad@courriel.example", training="Français langue d'intégration",
        events=(
            Told(Kind.LINK_SENT, 23), Told(Kind.MAIL_BOUNCED, 23), Told(Kind.LINK_SENT, 9),
            Told(Kind.MAIL_DELIVERED, 9),
        ),
        permit_days=45, pieces=ASKED,
        annotation="Titre de séjour à renouveler : demander le récépissé.",
    ),
    Case(
        "Thierry", "Blanchard", "+33536490106", 51,
        Text("tout est prêt, les champs s'effacent", "all is ready, but the fields go blank"),
        enrolled=12, owner="bruno", training="Soudeur",
        events=(
            Told(Kind.LINK_SENT, 3), Told(Kind.LINK_OPENED, 2.9), Told(Kind.STEP1_DONE, 2.9),
            Told(Kind.STEP2_DONE, 1), Told(Kind.FIELDS_LOST, 0.2), Told(Kind.FIELDS_LOST, 0.1),
        ),
    ),
    Case(
        "Jessica", "Nunes", "+33639980107", 27,
        Text("jamais inscrite par son organisme, sans ordinateur", "never enrolled by her centre, no computer"),
        owner="nadia", organisation="Passerelle Formation", training="Aide à domicile",
    ),
    Case(
        "Alain", "Roussel", "+33465710108", 45,
        Text("pas de scanner, il manque des pages", "no scanner, pages are missing"),
        Inside.TAKEN_UP, enrolled=35, deposited=22, taken_up=9, training="Cuisinier",
        events=(Told(Kind.DEPOSITED, 22), Told(Kind.TAKEN_UP, 9), Told(Kind.PIECE_ASKED, 6)),
        pieces=(
            *OK,
            Slot(PieceKind.TAX_NOTICE, PieceState.RED, Defect.PAGES_MISSING,
                 "Seule la première page est là, il en faut quatre."),
        ),
    ),
    Case(
        "Christine", "Faure", "+33353010109", 48,
        Text("son ancien employeur garde un document", "her former employer holds on to a document"),
        Inside.TAKEN_UP, owner="bruno", enrolled=50, deposited=38, taken_up=15,
        training="Gestionnaire de paie",
        events=(Told(Kind.DEPOSITED, 38), Told(Kind.TAKEN_UP, 15), Told(Kind.PIECE_ASKED, 11)),
        pieces=(
            *OK,
            Slot(PieceKind.EMPLOYER_CERTIFICATE, PieceState.RED, None,
                 "Attestation du dernier employeur.", sent=False,
                 third_party="Son ancien employeur", remind=2),
        ),
    ),
    Case(
        "Rachid", "Benali", "+33639980110", 32,
        Text("ingénieur : mot de passe refusé à la connexion", "engineer: password refused at sign-in"),
        enrolled=6, training="Chef de projet numérique",
        events=(
            Told(Kind.LINK_SENT, 2), Told(Kind.LINK_OPENED, 1.9), Told(Kind.STEP1_DONE, 1.9),
            Told(Kind.LOGIN_FAILED, 0.3, "password"), Told(Kind.LOGIN_FAILED, 0.2, "password"),
        ),
    ),
    Case(
        "Élodie", "Marchand", "+33639980111", 34,
        Text("pièces échangées, revenu fiscal introuvable", "documents swapped, tax income not found"),
        Inside.DEPOSITED, owner="nadia", enrolled=18, deposited=5, training="Fleuriste",
        events=(Told(Kind.DEPOSITED, 5), Told(Kind.PIECE_ASKED, 1)),
        pieces=(
            Slot(PieceKind.TAX_NOTICE, PieceState.RED, Defect.WRONG_SLOT,
                 "Le RIB est à la place de l'avis d'imposition."),
            Slot(PieceKind.RIB, PieceState.ORANGE, Defect.EMPTY),
        ),
    ),
    Case(
        "Damien", "Cochet", "+33639980112", 29,
        Text("a lu « dossier traité » et attend l'argent", "read “file processed” and awaits the money"),
        Inside.REJECTED, deposited=60, taken_up=45, decided=16, seen=True, notified=15,
        rejection=Rejection.PIECES_MISSING, evidence="Avis de situation jamais reçu.",
        training="Agent de sécurité",
        events=(
            Told(Kind.DEPOSITED, 60), Told(Kind.TAKEN_UP, 45), Told(Kind.PIECE_ASKED, 40),
            Told(Kind.DECIDED, 16), Told(Kind.NOTIFIED, 15), Told(Kind.NOTIFICATION_OPENED, 14),
        ),
    ),
    Case(
        "Laura", "Petit", "+33639980113", 24,
        Text("absences signalées par l'organisme", "absences reported by the training centre"),
        Inside.REJECTED, owner="bruno", deposited=70, taken_up=50, decided=8, notified=7,
        rejection=Rejection.ABSENCES, evidence="Relevé de présence de l'organisme.",
        training="Vendeuse conseil",
        events=(
            Told(Kind.DEPOSITED, 70), Told(Kind.TAKEN_UP, 50), Told(Kind.DECIDED, 8),
            Told(Kind.NOTIFIED, 7),
        ),
    ),
    Case(
        "Bernard", "Hugues", "+33199000114", 57,
        Text("venu avec ses béquilles, reparti sans être reçu", "came on crutches, left without being seen"),
        enrolled=7, training="Conducteur de car",
        events=(
            Told(Kind.LINK_SENT, 5), Told(Kind.LINK_OPENED, 4.2), Told(Kind.STEP1_DONE, 4.2),
        ),
    ),
    Case(
        "Nathalie", "Vasseur", "+33639980115", 43,
        Text("en détresse : à rappeler tout de suite", "in distress: call back at once"),
        Inside.VOTED, owner="bruno", enrolled=60, deposited=45, taken_up=30, decided=4,
        pays=True, amount=91150, training="Auxiliaire de vie",
        events=(
            Told(Kind.DEPOSITED, 45), Told(Kind.TAKEN_UP, 30), Told(Kind.DECIDED, 4),
        ),
        pieces=OK,
        priority="Message très inquiétant reçu ce matin : rappel par une personne, sans attendre.",
        flag=FlagKind.DISTRESS,
    ),
    Case(
        "Yannick", "Le Goff", "+33639980116", 41,
        Text("un téléphone pour deux personnes", "one phone for two people"),
        Inside.PAID, phone_owner=PhoneOwner.SHARED, deposited=80, taken_up=70, decided=40,
        amount=74800, training="Maçon du bâti ancien", events=(Told(Kind.PAID, 20),), pieces=OK,
    ),
    Case(
        "Gwenaëlle", "Le Goff", "+33639980116", 38, Text("", ""), enrolled=9,
        phone_owner=PhoneOwner.SHARED, owner="nadia", training="Peintre en bâtiment",
        events=(Told(Kind.LINK_SENT, 1), Told(Kind.MAIL_DELIVERED, 1)),
    ),
    Case(
        "Omar", "Diallo", "+33639980117", 30,
        Text("plusieurs demandes au même nom", "several requests under one name"),
        Inside.DEPOSITED, from_software=False, deposited=4, twice=True,
        training="Préparateur de commandes",
        events=(Told(Kind.DEPOSITED, 4),),
    ),
    Case(
        "Pauline", "Texier", "+33639980118", 22,
        Text("le mail est revenu : adresse fausse", "the email bounced: wrong address"),
        enrolled=2, email="pauline.texier@gmial.example", training="Coiffeuse",
        events=(Told(Kind.LINK_SENT, 1.2), Told(Kind.MAIL_BOUNCED, 1.1)),
    ),
    Case(
        "Aurélie", "Boyer", "+33639980119", 33,
        Text("« compte introuvable » : une panne, pas sa faute", "“account not found”: a fault, not her doing"),
        enrolled=5, owner="nadia", training="Assistante de vie scolaire",
        events=(
            Told(Kind.LINK_SENT, 1.5), Told(Kind.LINK_OPENED, 1.4),
            Told(Kind.ACCOUNT_NOT_FOUND, 0.1),
        ),
    ),
)  # fmt: skip

# Comes last of all, so that the numbers of those before stay theirs.
DISPUTED = Case(
    "Enzo", "Caron", "+33639980120", 20,
    Text("refusé pour deux causes, deux agents ne sont pas d'accord", "refused for two causes, two agents disagree"),
    Inside.REJECTED, owner="bruno", organisation="École de la Deuxième Marche", from_software=False,
    training="Accompagnement renforcé vers l'emploi", enrolled=50, deposited=41, taken_up=30, decided=9, notified=9,
    rejection=Rejection.YOUTH_GUARANTEE,
    evidence="Garantie jeune, ou ne descend pas du logiciel de l'organisme.",
    events=(
        Told(Kind.ENROLLED, 50), Told(Kind.LINK_SENT, 49.5), Told(Kind.LINK_OPENED, 49), Told(Kind.STEP1_DONE, 49),
        Told(Kind.STEP2_DONE, 48.5), Told(Kind.DEPOSITED, 41), Told(Kind.TAKEN_UP, 30), Told(Kind.DECIDED, 9.4),
        Told(Kind.NOTIFIED, 9.3),
    ),
    pieces=(*OK, Slot(PieceKind.TAX_NOTICE, PieceState.ORANGE, instead=PieceKind.TAX_REGULARISATION)),
    annotation="N'a jamais fait de déclaration d'impôts : papier du centre des impôts accepté.",
)  # fmt: skip

UNKNOWN_NUMBER = "+33639980199"
SWITCHBOARD = "+33353010152"
INTERPRETER = "+33639980160"

ORGANISATIONS: tuple[tuple[str, str, str], ...] = (
    ("Atelier des Deux Rives", "Saint-Clair", "+33261910150"),
    ("Greta du Val Clair", "Montreval", "+33261910151"),
    ("École de la Deuxième Marche", "Port-Brillet", "+33261910102"),
    ("Passerelle Formation", "La Roche-Aubry", SWITCHBOARD),
    ("Institut des Métiers du Soin", "Beauvallon", "+33465710153"),
)


# Name, kind, number, note.
DIRECTORY: tuple[tuple[str, str, str, str], ...] = (
    ("Points Région", "service", "+33261910160", "Accueil du lundi au vendredi, 9 h – 17 h."),
    (
        f"{bodies.name('emploi', 'fr')}, ligne des conseillers",
        "service",
        "+33261910161",
        "Pour un avis de situation ou une inscription.",
    ),
    ("Mission locale de Montreval", "service", "+33261910162", "Pour les moins de 26 ans."),
    ("Interprète arabe", "interpreter", INTERPRETER, "Tous les jours, 8 h – 20 h."),
    ("Interprète ukrainien et russe", "interpreter", "+33639980161", ""),
    ("Assistance du Portail", "other", "+33199000160", "Pannes seulement ; donner l'heure."),
)


def phone_book(locale: str) -> list[tuple[str, str, str]]:
    """The callers of the telephone page: name, number ("" when hidden), a word on why."""
    people = [(_name(case), case.phone, case.note) for case in (*CASES, DISPUTED) if any(case.note)]
    return [
        (name.get(locale), number, tidy(note.get(locale), locale))
        for name, number, note in (*people, *_OTHERS)
    ]


_OTHERS: tuple[tuple[Text, str, Text], ...] = (
    (
        Text("Secrétariat de Passerelle Formation", "Passerelle Formation, front desk"),
        SWITCHBOARD,
        Text("un organisme, pour un stagiaire", "a training centre, for a trainee"),
    ),
    (
        Text("Interprète arabe", "Arabic interpreter"),
        INTERPRETER,
        Text("répond aux agents qui la consultent", "answers the agents who consult her"),
    ),
    (
        Text("Numéro inconnu", "Unknown number"),
        UNKNOWN_NUMBER,
        Text("personne n'est enregistré avec ce numéro", "nobody is registered with this number"),
    ),
    (
        Text("Numéro masqué", "Number withheld"),
        "",
        Text("la personne ne montre pas son numéro", "the caller does not show a number"),
    ),
)


def _name(case: Case) -> Text:
    own = f"{case.first_name} {case.last_name}"
    if case.phone_owner is PhoneOwner.SHARED:
        return Text("Yannick ou Gwenaëlle Le Goff", "Yannick or Gwenaëlle Le Goff")
    if case.phone_owner is PhoneOwner.HELPER:
        helper = case.helper.partition(",")[0]
        return Text(f"{helper} (pour {own})", f"{helper} (for {own})")
    return Text(own, own)
