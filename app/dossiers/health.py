"""Health in what one of ours writes about somebody: refused with an explanation, and never an innocent sentence. Pure.

An annotation says what it changes for the dossier (« absente du 3 au 9 juin »), not an illness: health is a special
category of personal data (GDPR, article 9), and the service needs none of it. So only what says that *somebody* is ill
is refused: a state with its verb, a treatment that somebody is under. The words alone are innocent, a training in a
hospital uses them every day. A person in danger is never held back by this (``service.flag_priority``).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import LETTER_OR_DIGIT, SPACE, pattern

EXPLANATION = Text(
    "La santé d'une personne ne se note pas. Écrivez ce que cela change pour le dossier : « absente du 3 au 9 juin ».",
    "A person's health is not written down. Write what it changes for the file: “absent from 3 to 9 June”.",
)

_S = rf"[{SPACE}]+"
_ILLNESS = (
    r"(?:cancer|tumeur|leuc[ée]mie|vih|sida|h[ée]patite|d[ée]pression|burn[ -]?out|schizophr[ée]nie|"
    r"bipolarit[ée]|troubles?(?:[ ]+(?:psy\pL*|bipolaires?|mentaux))|diab[èe]te|[ée]pilepsie|scl[ée]rose|"
    r"alcoolisme|toxicomanie|fausse[ ]couche|maladie(?:[ ]+(?:grave|chronique|psy\pL*))?)"
)
_STATE = (
    r"(?:d[ée]pressi(?:f|ve)|s[ée]ropositi(?:f|ve)|schizophr[èe]ne|bipolaire|diab[ée]tique|[ée]pileptique|"
    r"alcoolique|toxicomane|enceinte|canc[ée]reu(?:x|se)|autiste|hospitalis[ée]e?|suicidaire)"
)
_SOMEBODY_IS = pattern(
    rf"(?i)(?:^|[^{LETTER_OR_DIGIT}])(?:est|était|sera|serait|devenue?|car|tombée?){_S}"
    rf"(?:(?:très|aussi|peut-être|toujours|encore|actuellement){_S})?{_STATE}(?:$|[^{LETTER_OR_DIGIT}-])"
)
_SOMEBODY_HAS = pattern(
    rf"(?i)(?:^|[^{LETTER_OR_DIGIT}])(?:souffr\pL*|atteinte?|malade|suivie?|soignée?|traitée?|opérée?|hospitalisée?|"
    rf"a|ait|avait|fait|pour|cause|raison){_S}"
    rf"(?:(?:d['’]un|d['’]une|de{_S}son|de{_S}sa|pour{_S}un|pour{_S}une|pour{_S}son|pour{_S}sa|de|du|d['’]|un|une|son|sa|le|la){_S}?)"
    rf"{_ILLNESS}(?:$|[^{LETTER_OR_DIGIT}-])"
)
_UNDER = pattern(
    rf"(?i)(?:^|[^{LETTER_OR_DIGIT}])(?:sous|en|prend{_S}des|suit{_S}une){_S}"
    r"(?:d[ée]pression|burn[ -]?out|antid[ée]presseurs?|neuroleptiques?|chimio(?:th[ée]rapie)?|"
    r"psychoth[ée]rapie|psychiatrie|"
    rf"cure{_S}de{_S}d[ée]sintoxication|dialyse)(?:$|[^{LETTER_OR_DIGIT}-])"
)
# « formée à la psychiatrie », « travaille en psychiatrie », « stage en dialyse »: a place of work, not an illness.
_WORKS = pattern(
    rf"(?i)(?:stage|travail\pL*|form\pL+|poste|service|métier|embauch\pL*|emploi|soignant\pL*|infirmi\pL+|aide|agente?|"
    rf"auxiliaire|éducat\pL+|secrétaire|brancardi\pL+|cadre|diplôme|certificat|spécialis\pL+)[^.;]{{0,40}}{_S}en{_S}"
)


def told(text: str) -> bool:
    """Does this say that somebody is ill, pregnant or treated?"""
    return any(True for _span in spans(text))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences that say so, where they begin and end (without what closes them)."""
    # Most texts say nothing of it: three passes over the whole are enough to know.
    if not any(each.search(text) for each in (_SOMEBODY_IS, _SOMEBODY_HAS, _UNDER)):
        return
    begins = 0
    for place, sign in enumerate(f"{text}."):
        if sign in ".;!?\n":
            if _told(text[begins:place]):
                yield begins + len(text[begins:place]) - len(text[begins:place].lstrip()), place
            begins = place + 1


def _told(sentence: str) -> bool:
    if _SOMEBODY_IS.search(sentence) or _SOMEBODY_HAS.search(sentence):
        return True
    return _UNDER.search(sentence) is not None and _WORKS.search(sentence) is None
