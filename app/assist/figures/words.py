"""What each figure of a script means, in words: printed beside it and in docs/definitions.md. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.foundation.text.bilingual import Text


@dataclass(frozen=True, slots=True)
class Meaning:
    """One figure: its name, its sentence, its formula if it has one."""

    key: str
    title: Text
    meaning: Text
    reckoning: Text | None = None


MEANINGS = (
    Meaning(
        "script_followed",
        Text("Scripts suivis", "Scripts followed"),
        Text(
            "Fois où un script a été suivi pour quelqu'un, comptées le jour où il a été ouvert. Repris dans un autre "
            "contact après une coupure, c'est le même suivi. Refermé avant toute réponse comme une autre difficulté, "
            "il est compté à part. Aucun chiffre par agent : c'est le script qui est jugé.",
            "Times a script was followed for somebody, counted on the day it was opened. Taken up again in another "
            "contact after a line that dropped, it is the same one. Closed before any answer as another difficulty, "
            "it is counted apart. No figure by agent: the script is judged.",
        ),
        Text(
            "terminés par une réponse + laissés en route + en cours",
            "ended by an answer + left on the way + still open",
        ),
    ),
    Meaning(
        "script_arrived",
        Text("Arrivées à une étape", "Arrivals at a step"),
        Text(
            "Fois où l'étape a été posée à quelqu'un. Une étape passée parce que sa réponse était connue, ou une "
            "réponse reprise par « Revenir », n'en est pas une.",
            "Times the step was asked of somebody. A step passed over because its answer was known is none, nor is "
            "an answer taken back.",
        ),
        Text("réponses + laissées là + en cours", "answers + left there + still open"),
    ),
    Meaning(
        "script_chosen",
        Text("Réponse choisie", "Answer chosen"),
        Text(
            "Fois où cette réponse a été choisie, sur les arrivées à son étape. Sous dix arrivées, aucune part n'est "
            "donnée : c'est trop peu pour conclure.",
            "Times this answer was chosen, out of the arrivals at its step. Under ten arrivals no share is given: too "
            "few to conclude.",
        ),
        Text("fois choisie ÷ arrivées à l'étape", "times chosen ÷ arrivals at the step"),
    ),
    Meaning(
        "script_left",
        Text("Laissés en route", "Left unfinished"),
        Text(
            "Scripts arrêtés à une étape sans réponse : ligne coupée, à suivre, pas résolu, autre difficulté, ou autre "
            "script pris à la main. Repris ensuite, ils n'en sont plus.",
            "Scripts stopped at a step without an answer: line cut, to be followed up, not solved, another difficulty, "
            "or another script taken by hand. Taken up again later, they are no longer among them.",
        ),
        Text("laissés ÷ suivis", "left ÷ followed"),
    ),
    Meaning(
        "script_solved",
        Text("Réglés tout de suite", "Solved at once"),
        Text(
            "Scripts finis par « C'est réglé », eux-mêmes ou celui auquel leur réponse a passé la main. Une étape l'a "
            "vu : en bonne voie, envoyé ou transmis n'est pas réglé.",
            "Scripts that ended as solved, themselves or the one that their answer handed on to. A step saw it: under "
            "way, sent or passed on is not solved.",
        ),
        Text(
            "toujours réglés + revenus + trop récents + personne inconnue",
            "still solved + came back + too recent + person unknown",
        ),
    ),
    Meaning(
        "script_held",
        Text("Toujours réglés après 7 jours", "Still solved after 7 days"),
        Text(
            "Parmi les réglés, ceux dont la personne n'est pas revenue vers nous pour la même chose dans les 7 jours, "
            "par aucune voie. Même chose : même motif, même script, ou un contact sans motif. Ceux de moins de 7 jours "
            "et ceux dont la personne est inconnue sont nommés à part, jamais comptés comme réglés.",
            "Of those solved, those whose person did not come back to us about the same matter within 7 days, by any "
            "way. The same matter: the same reason, the same script, or a contact without a reason. Those younger than "
            "7 days, and those of persons unknown, are named apart and never counted as solved.",
        ),
        Text("toujours réglés ÷ (toujours réglés + revenus)", "still solved ÷ (still solved + came back)"),
    ),
    Meaning(
        "script_obstacles",
        Text("Obstacles rencontrés", "Obstacles met"),
        Text(
            "Scripts suivis où une réponse a dit cet obstacle, une fois ou plus.",
            "Scripts followed in which an answer said this obstacle, once or more.",
        ),
        Text("avec l'obstacle ÷ suivis", "with the obstacle ÷ followed"),
    ),
    Meaning(
        "script_devices",
        Text("Appareils", "Devices"),
        Text(
            "Ce que la personne avait en main, d'après la dernière réponse qui le dit ; sinon, personne ne l'a dit.",
            "What was in the person's hands, by the last answer that says so; otherwise nobody said.",
        ),
        Text("somme = suivis", "sum = followed"),
    ),
)  # fmt: skip
