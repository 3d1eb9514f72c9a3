"""What each figure of the report means. Pure.

Every page, export and chart prints these sentences beside the figures, and ``DEFINITIONS_VERSION``
travels with every report, so that two reports are compared only when they were counted alike.
The reasons for these choices are in ``docs/adr/0006-definitions.md``.
"""

from __future__ import annotations

import sys

from app.calls.call.life.record import SHORT_ABANDON
from app.foundation.text.bilingual import Text
from app.reporting.blind_spots import UNSEEN, blind_spots
from app.reporting.definition import Definition
from app.reporting.incidents.definitions import INCIDENTS
from app.reporting.promises.definitions import PROMISES
from app.reporting.scripts.definitions import SCRIPTS
from app.reporting.writing.written_definitions import WRITTEN

DEFINITIONS_VERSION = "1.6"
"""Raise the first number when a formula changes, the second when its wording does or a figure is added."""

SHORT_ABANDON_S = SHORT_ABANDON.seconds
"""A caller who hangs up in less than this many seconds of queue has not really waited."""

SERVICE_LEVEL_S = 20
"""Default threshold, in seconds, under which a call is counted as answered in time."""


_COUNTS = (
    Definition(
        "presented",
        Text("Appels présentés", "Calls presented"),
        Text(
            "Appels arrivés pendant les heures d'ouverture, quelle que soit leur issue.",
            "Calls that came in during opening hours, however they ended.",
        ),
        "calls",
        Text(
            "répondus + abandonnés + abandons courts + rappels + échecs + en cours",
            "answered + abandoned + short abandons + call-backs + failed + still open",
        ),
    ),
    Definition(
        "answered",
        Text("Répondus", "Answered"),
        Text(
            "Appels qui ont été mis en relation avec un agent.",
            "Calls that were connected to an agent.",
        ),
        "calls",
    ),
    Definition(
        "abandoned",
        Text("Abandonnés", "Abandoned"),
        Text(
            f"Appels raccrochés par la personne après au moins {SHORT_ABANDON_S} secondes d'attente, "
            "sonnerie comprise.",
            f"Calls that the caller hung up after {SHORT_ABANDON_S} seconds of waiting or more, ringing included.",
        ),
        "calls",
    ),
    Definition(
        "short_abandoned",
        Text("Abandons courts", "Short abandons"),
        Text(
            f"Appels raccrochés par la personne moins de {SHORT_ABANDON_S} secondes après son entrée en file.",
            f"Calls that the caller hung up less than {SHORT_ABANDON_S} seconds after entering the queue.",
        ),
        "calls",
    ),
    Definition(
        "callback",
        Text("Demandes de rappel", "Diverted to call-back"),
        Text(
            "Appels qui ont donné lieu à un rappel au lieu d'une réponse : à la demande de la personne, ou "
            "parce qu'une panne l'a empêchée de nous joindre.",
            "Calls that became a call-back instead of an answer: because the caller asked for it, or because a "
            "failure kept the caller from reaching us.",
        ),
        "calls",
    ),
    Definition(
        "failed",
        Text("Échecs techniques", "Failed"),
        Text(
            "Appels interrompus par une panne, de notre côté ou de celui de l'opérateur.",
            "Calls cut by a fault on our side or on the carrier's.",
        ),
        "calls",
    ),
    Definition(
        "open",
        Text("Encore en cours", "Still open"),
        Text(
            "Appels qui n'étaient pas terminés quand le rapport a été calculé.",
            "Calls that had not ended when the report was computed.",
        ),
        "calls",
    ),
    Definition(
        "closed",
        Text("Hors horaires", "Outside hours"),
        Text(
            "Appels arrivés quand la ligne était fermée. Ils sont comptés à part des appels présentés.",
            "Calls that came in while the line was closed. They are not part of calls presented.",
        ),
        "calls",
    ),
    Definition(
        "limited",
        Text("Au-delà de la limite par numéro", "Over the limit of a number"),
        Text(
            "Appels d'un numéro qui avait déjà appelé plus souvent que la règle de la ligne : un rappel est "
            "noté, une fois. Ils sont comptés à part des appels présentés.",
            "Calls of a number that had already called more often than the line's rule: one call-back is "
            "noted. They are not part of calls presented.",
        ),
        "calls",
    ),
    Definition(
        "outbound",
        Text("Appels émis", "Outbound calls"),
        Text(
            "Appels passés par les agents, rappels compris, où le téléphone de la personne a sonné. Ils sont "
            "comptés à part des appels présentés.",
            "Calls made by the agents, call-backs included, in which the person's phone rang. They are "
            "not part of calls presented.",
        ),
        "calls",
    ),
)

_DURATIONS = (
    Definition(
        "mean_wait_s",
        Text("Attente moyenne", "Mean wait"),
        Text(
            "Temps entre l'entrée en file et la réponse d'un agent, sonnerie comprise, "
            "en moyenne sur les appels répondus.",
            "Time from entering the queue to an agent's answer, ringing included, "
            "averaged over answered calls.",
        ),
        "seconds",
        Text("somme des attentes ÷ répondus", "sum of waits ÷ answered"),
    ),
    Definition(
        "mean_talk_s",
        Text("Conversation moyenne", "Mean talk"),
        Text(
            "Temps entre la réponse et la fin de l'appel (ou le transfert vers un autre service), mises "
            "en attente comprises. La durée est comptée, jamais limitée.",
            "Time from answer to hang-up (or to the transfer to another service), hold included. Length "
            "is counted, never limited.",
        ),
        "seconds",
        Text(
            "somme des conversations ÷ appels répondus et terminés",
            "sum of talk ÷ answered calls that have ended",
        ),
    ),
    Definition(
        "mean_wrap_up_s",
        Text("Fin de traitement moyenne", "Mean wrap-up"),
        Text(
            "Temps entre la fin de l'appel et le moment où l'agent redevient disponible.",
            "Time from hang-up until the agent is available again.",
        ),
        "seconds",
        Text(
            "somme des fins de traitement ÷ fins de traitement achevées",
            "sum of wrap-ups ÷ completed wrap-ups",
        ),
    ),
    Definition(
        "mean_hold_s",
        Text("Mise en attente moyenne", "Mean hold"),
        Text(
            "Part de la conversation pendant laquelle la personne a été mise en attente, "
            "en moyenne sur les appels répondus et terminés.",
            "Part of the talk during which the caller was on hold, "
            "averaged over answered calls that have ended.",
        ),
        "seconds",
        Text(
            "somme des mises en attente ÷ appels répondus et terminés",
            "sum of holds ÷ answered calls that have ended",
        ),
    ),
    Definition(
        "mean_handling_s",
        Text("Traitement moyen", "Mean handling time"),
        Text(
            "Conversation et fin de traitement ensemble (« AHT » dans les centres d'appels).",
            "Talk and wrap-up together (AHT).",
        ),
        "seconds",
        Text(
            "somme (conversation + fin de traitement) ÷ appels répondus et terminés",
            "sum (talk + wrap-up) ÷ answered calls that have ended",
        ),
    ),
    Definition(
        "longest_wait_s",
        Text("Attente la plus longue", "Longest wait"),
        Text(
            "La plus longue attente parmi les appels répondus.",
            "The longest wait among answered calls.",
        ),
        "seconds",
    ),
    Definition(
        "longest_talk_s",
        Text("Conversation la plus longue", "Longest talk"),
        Text(
            "La plus longue conversation. Une longue conversation n'est pas un défaut.",
            "The longest talk. A long talk is not a fault.",
        ),
        "seconds",
    ),
)

_RATES = (
    Definition(
        "abandonment_rate",
        Text("Taux d'abandon", "Abandonment rate"),
        Text(
            "Part des appels présentés que la personne a abandonnés ; "
            "les abandons courts sont comptés à part.",
            "Share of calls presented that the caller abandoned; short abandons are counted apart.",
        ),
        "share",
        Text("abandonnés ÷ présentés", "abandoned ÷ presented"),
    ),
    Definition(
        "abandonment_of_waiting",
        Text("Abandon, hors abandons courts", "Abandonment, short ones left out"),
        Text(
            "Variante : part des appels abandonnés parmi ceux qui ont attendu un agent.",
            "Variant: share of abandoned calls among those that waited for an agent.",
        ),
        "share",
        Text("abandonnés ÷ (répondus + abandonnés)", "abandoned ÷ (answered + abandoned)"),
    ),
    Definition(
        "abandonment_with_short",
        Text("Abandon, abandons courts compris", "Abandonment, short ones included"),
        Text(
            "Variante : part des appels présentés que la personne a raccrochés avant une réponse.",
            "Variant: share of calls presented that the caller hung up before an answer.",
        ),
        "share",
        Text(
            "(abandonnés + abandons courts) ÷ présentés", "(abandoned + short abandons) ÷ presented"
        ),
    ),
    Definition(
        "service_level",
        Text("Niveau de service", "Service level"),
        Text(
            "Part des appels auxquels un agent a répondu dans le délai fixé (20 secondes par défaut).",
            "Share of calls answered within the set time (20 seconds by default).",
        ),
        "share",
        Text(
            "répondus dans le délai ÷ (répondus + abandonnés)",
            "answered in time ÷ (answered + abandoned)",
        ),
    ),
    Definition(
        "service_level_of_presented",
        Text("Niveau de service, sur présentés", "Service level, of presented"),
        Text(
            "Variante : les appels répondus dans le délai, rapportés à tous les appels présentés.",
            "Variant: calls answered in time over all calls presented.",
        ),
        "share",
        Text("répondus dans le délai ÷ présentés", "answered in time ÷ presented"),
    ),
    Definition(
        "service_level_of_answered",
        Text("Niveau de service, sur répondus", "Service level, of answered"),
        Text(
            "Variante : les appels répondus dans le délai, rapportés aux seuls appels répondus.",
            "Variant: calls answered in time over answered calls only.",
        ),
        "share",
        Text("répondus dans le délai ÷ répondus", "answered in time ÷ answered"),
    ),
)

_CONTENTS = (
    Definition(
        "reasons",
        Text("Motifs d'appel", "Reasons"),
        Text(
            "Motif noté par l'agent pour chaque appel répondu ; "
            "« Pas de qualification » quand il n'a rien noté.",
            "Reason noted by the agent for each answered call; “Not qualified” when nothing was noted.",
        ),
        "calls",
    ),
    Definition(
        "caller_roles",
        Text("Qui appelle", "Who calls"),
        Text(
            "Qualité de la personne qui appelle, dite par l'agent pour un appel répondu. "
            "Ce que le logiciel suggère sans que personne le confirme n'est pas compté.",
            "Role of the caller, as said by the agent for an answered call. "
            "What the software suggests and nobody confirms is not counted.",
        ),
        "calls",
    ),
    Definition(
        "half_hours",
        Text("Demi-heures", "Half-hours"),
        Text(
            "Appels rangés selon l'heure locale de leur arrivée.",
            "Calls by the local time at which they came in.",
        ),
        "calls",
    ),
    Definition(
        "digital_observed",
        Text("Difficultés numériques observées", "Digital difficulties observed"),
        Text(
            "Appels répondus où la trace (script utilisé, événements du Portail) "
            "montre une difficulté numérique.",
            "Answered calls whose trace (script used, events of the Portal) shows a digital difficulty.",
        ),
        "calls",
    ),
    Definition(
        "digital_declared",
        Text("Difficultés numériques déclarées", "Digital difficulties declared"),
        Text(
            "Appels répondus que l'agent a lui-même déclarés comme difficulté numérique. "
            "Une suggestion que personne n'a confirmée compte dans les observées, jamais ici.",
            "Answered calls that the agent declared as a digital difficulty. "
            "A suggestion that nobody confirmed counts as observed, never here.",
        ),
        "calls",
    ),
    Definition(
        "digital_gap",
        Text("Observées sans être déclarées", "Observed but not declared"),
        Text(
            "Indicateur de qualité de la qualification : la trace montre une difficulté numérique, "
            "la qualification ne la dit pas. Il ne mesure pas les agents.",
            "Indicator of the quality of qualification: the trace shows a digital difficulty, "
            "the qualification does not say so. It does not measure agents.",
        ),
        "calls",
        Text("observées et non déclarées", "observed and not declared"),
    ),
    Definition(
        "teams",
        Text("Par équipe", "By team"),
        Text(
            "Appels répondus par l'accueil et par le renfort. Aucun chiffre par agent.",
            "Calls answered by the front office and by the back office. No figure by agent.",
        ),
        "calls",
    ),
)

DEFINITIONS: dict[str, Definition] = {
    each.key: each
    for each in (
        *_COUNTS,
        *_DURATIONS,
        *_RATES,
        *_CONTENTS,
        *WRITTEN,
        *PROMISES,
        *INCIDENTS,
        *SCRIPTS,
    )
}

OUTCOMES: tuple[str, ...] = (
    "answered",
    "abandoned",
    "short_abandoned",
    "callback",
    "failed",
    "open",
)
"""Keys of the outcomes whose sum is ``presented``, in the order in which they are shown."""


def as_markdown() -> str:
    """All definitions in both languages: ``docs/definitions.md`` is this text (a test says so)."""
    head = f"""# Définitions des chiffres · Definitions of the figures

Version {DEFINITIONS_VERSION}. Written by `python -m app.reporting.definitions`: do not edit here, change
`app/reporting/definitions.py`. Why these choices: [ADR 0006](adr/0006-definitions.md).

| Clé · Key | Français | English |
|---|---|---|
"""
    rows = "".join(
        f"| `{each.key}` | {_markdown(each, 'fr')} | {_markdown(each, 'en')} |\n"
        for each in DEFINITIONS.values()
    )
    unseen = "".join(
        f"\n## {UNSEEN.get(locale)}\n\n"
        + "".join(f"- {sentence}\n" for sentence in blind_spots(locale))
        for locale in ("fr", "en")
    )
    return head + rows + unseen


def _markdown(definition: Definition, locale: str) -> str:
    formula = f" `{definition.formula(locale)}`" if definition.formula(locale) else ""
    return f"**{definition.name(locale)}.** {definition.sentence(locale)}{formula}"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
