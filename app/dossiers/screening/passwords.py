"""What looks like a password or a secret code in what somebody types. Pure.

A password is seen by the word that announces it (« mdp », « son code c'est ») and by what follows: a word that
nobody would say, or one that stands where a value stands. A sentence that tells of a trouble with a password is no
password (« mdp : à refaire », « mot de passe changé à 10h30 »), and most notes about passwords are such sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from app.dossiers.name_folding import fold
from app.foundation.text.patterns import LETTER_OR_DIGIT, SPACE, is_word, pattern

_S = rf"[{SPACE}]"
_BEFORE = rf"(?i)(?:^|[^{LETTER_OR_DIGIT}])"
_AFTER = rf"(?:$|[^{LETTER_OR_DIGIT}])"
_PASSWORD = (
    rf"mots?(?:{_S}|-)*de(?:{_S}|-)*passe|motdepasse|mdps?|m\.d\.p\.?|m{_S}d{_S}p|passwords?|passwd|pass-?codes?|pwd|"
    rf"pass-?phrases?|phrases?{_S}+(?:secr[eè]te|de{_S}+passe)|r[ée]ponses?{_S}+secr[eè]tes?"
)
_OWN = r"(?:son|mon|leur|ses|votre|her|his|their|my)"
_NAMED_CODE = (
    rf"(?:{_OWN}{_S}+)?codes?{_S}+(?:secrets?|confidentiels?|pin|personnel|d['’]acc[eè]s|de{_S}+connexion|"
    rf"de{_S}+(?:sa|la|ma|mon|son){_S}+"
    rf"(?:carte|cb|banque|bo[iî]te|messagerie|t[ée]l[ée]phone)|de{_S}+carte|carte|cb|bancaire|sms|re[cç]us?|"
    rf"à{_S}+usage{_S}+unique|"
    rf"de{_S}+(?:validation|v[ée]rification|confirmation|s[ée]curit[ée]|d[ée]verrouillage)|du{_S}+(?:portail|"
    rf"t[ée]l[ée]phone))"
    rf"|pin{_S}+codes?|(?:access|security|verification|one-time|secret|sms|bank|card){_S}+codes?"
)
_OWN_CODE = rf"{_OWN}{_S}+codes?"
_WORDS = pattern(rf"{_BEFORE}(?P<word>{_PASSWORD}){_AFTER}")
_CODES = pattern(rf"{_BEFORE}(?P<word>{_NAMED_CODE}|{_OWN_CODE}|codes?|pin){_AFTER}")
_SHORT = pattern(rf"{_BEFORE}(?P<word>pass|pw|mp){_AFTER}")
_AN_ERROR = pattern(rf"(?i)(?:erreurs?|errors?|bug|postal|message){_S}$")
_A_TREE = pattern(rf"(?i)(?:^|{_S})(?:du|des|de|le|rue|pommes?{_S}+de){_S}+pin$")
# « Soleil12! comme mot de passe », « Soleil12 est son mdp ».
_PRECEDED = pattern(
    rf"(?i)(?P<secret>[^{SPACE}]{{3,40}}){_S}+(?:comme|en|est{_S}+(?:bien{_S}+)?(?:son|leur|le)|c['’]est{_S}+son|"
    rf"as|is{_S}+(?:her|his|their|the)){_S}+"
    rf"(?:(?:her|his|a|the|son|nouveau|new){_S}+)?(?:{_PASSWORD}){_AFTER}"
)
# « a pour mot de passe soleil », « utilise le mot de passe soleil ».
_USES = pattern(
    rf"(?i)(?:a{_S}+pour|utilis\pL*|choisi\pL*|prend|pris|mis|uses?|chose){_S}+(?:le{_S}+|the{_S}+|comme{_S}+)?$"
)
_FILED = pattern(
    r"(?i)(?:probl[eè]mes?|questions?|objet|soucis?|sujet|aide|oubli|page|[ée]tape.{0,4}|script|perte|about|"
    r"issue|problem)"
    rf"(?:{_S}+|[^{LETTER_OR_DIGIT}]+)(?:(?:de|du|avec|sur|le|son|with|the|her|his){_S}+)*$"
)
_SIGNS = ":=→"
_QUOTES = "«»\"“”'’`‹›"
_ENDS = ".,;:!?()…" + _QUOTES
_LONGEST_BETWEEN = 40  # signs between the word and « : »
_READ = 120  # signs read after the word
_NEXT_WORDS = 4
_MOST_ANNOUNCED = 40
_LONGEST_PASSWORD = 80

# What somebody adds to « mot de passe » before saying it.
_QUALIFIERS_WORDS = """
    a actuel actuelle ameli ancien apple au aux bancaire bleue boite boites c caf carte cb ce choisi choisie
    compte current d dans de des dicte donne du email en epele facebook for franceconnect free gmail google her
    his hotmail icloud impots j l la laposte le les leur ma mail mails mel messagerie minuscules mon new note
    nouveau nouvel nouvelle of old orange ordinateur outlook par pc portail pour provisoire recu sa secret ses
    session sfr site sms son sur telephone temporaire temporary the tout wanadoo wifi yahoo
"""
_QUALIFIERS = frozenset(_QUALIFIERS_WORDS.split())
_STATING = frozenset(
    {"est", "is", "c est", "sera", "serait", "etait", "was", "voici", "cest", "s ecrit"}
)
# A sentence about a password goes on with one of these: no password stands there.
_KNOWN_WORDS = """
    kept made ready chosen written
    stuck forced broken safe hard easy simple strange slow ready
    accent arobase caractere caracteres cf chiffre chiffres chrome diese edge espace firefox idem ko lettre lettres
    minuscule
    nok safari symbole tiret underscore
    a about accepte active actuellement again aide aidee all alors already an and annule any apres are asked at
    attend attendu attente au aucun aussi aux avant avec be because been before besoin better bien bientot blank
    blocage bloque bon bonne both but by ca call called can car cas ce cela celle celui ceux change changed
    check checked chez cinq client code coller comme complique compris connu conseil convenu copier correct
    correcte courant cours court courte cree creer d dans de decide deja demain demande des deux did different
    disparu dit do does doit donc done dont du each echec elle elles email empty en encore enfin enregistre
    ensemble ensuite entre envoi erreur error essai essais essaye et etape etapes etat etc exemple expire
    expired explained explication explications explique facile faible failed fait faite faites fausse faux fin
    fine first fois for forgot forgotten fort from gere given good got guidage guide guided guidee had has have
    he help helped her hers hier his how i ici identifiant identique if il ils impossible in incident inconnu
    incorrect into introuvable invalid invalide is issue it its j jamais je juste l la le les lien liens link
    locked long longue lors lost m mail mails maintenant mais majuscule majuscules manque masque match meilleur
    meme memes message mieux mine missing modifie n ne necessaire new next no non none not note nous nouveau
    nouvelle now nul obligatoire of off ok old on one only or orthographe ou oubli oublie oui our out par
    partage parti pas perdu perdue personnel perte peut plus point policy pour premier premiere presque problem
    probleme procedure puis qu quatre que quel quelle quelqu qui quoi rappel rappelee rappels rate recu recue
    refaire refait refus refused regle rejected rejete relance remis rendu renvoi repondu reponse resent reset
    resolu reste retape retrouve reussi revenu revient revoir revu rien right rules s sa saisi saisie saisir
    same sans script scripts se seen selon sent ses seul seule she short should shown si simple so soit solved
    son souci sous soutien souvient step steps still strong su suite suivi suivie sur t ta tape tel tente tenu
    termine that the their then there they this ticket to together too toujours tous tout toute tried trois trop
    trouve try twice two typed typing un une unique unknown until up us used utilise valid valide verification
    very vide visible voir vos votre vous vrai vu was we weak went what when where which will with working works
    wrong y yes yet you your
"""
_KNOWN = frozenset(_KNOWN_WORDS.split())
# « mot de passe, je le note : soleil »: a value follows all the same.
_SAYING_WORDS = """
    choisi dit donne elle he i il j je met mis note nous on said saisi she tape they typed vous we
"""
_SAYING = frozenset(_SAYING_WORDS.split())
_INFINITIVES_WORDS = """
    changer chercher choisir debloquer definir demander donner entrer envoyer essayer expliquer garder modifier
    noter rappeler recreer recuperer reessayer reinitialiser relancer renvoyer retaper retrouver taper tester
    valider verifier
"""
_INFINITIVES = frozenset(_INFINITIVES_WORDS.split())
# « 10h30 », « 3x », « 90j », « 2e », « 12/06 », « S07 », « F5 », « 24-1001 », « PF-2026-004205 », a mail.
_HARMLESS = pattern(
    r"(?:[0-9]{1,2}[hH:][0-9]{0,2}(?:min|mn)?|[0-9]{1,4}(?:[jhsxe]|er|ère|è|ème|eme|nd|th|st|rd|min|mn|ans|bis|"
    r"ter|€|%|\+)|[0-9]{1,3}|x[0-9]|"
    r"[0-9]{1,2}[/.\-][0-9]{1,2}(?:[/.\-][0-9]{2,4})?|[0-9]{1,3}/[0-9]{1,3}|S[0-3][0-9]|[A-F][0-9]|n°[0-9]+|"
    r"[0-9]{2}-[0-9]{3,5}|[A-Z]{2,4}-[0-9]{4}-[0-9]{4,8}|"
    r"[A-Za-z0-9._\-]{3,64}@[A-Za-z0-9.\-]{2,64}\.[A-Za-z]{2,4}|https?://.*|[dlsnjmqcDLSNJMQC]['’][\pL]+|"
    r"[\pL]+(?:[/\-][\pL]+)+)"
)
_ONE_TIME = pattern(r"[0-9]{3,10}|[0-9]{2,4}[ \-][0-9]{2,4}")
_CRYPTOGRAM = pattern(
    rf"{_BEFORE}(?:cvv2?|cvc2?|cryptogramme(?:{_S}+visuel)?){_S}*(?:[:=]|est|is|"
    rf"c['’]est)?{_S}*(?P<secret>[0-9]{{3,4}}){_AFTER}"
)


class _Sort(Enum):
    """What announces the secret."""

    PASSWORD = auto()
    CODE = auto()
    ANY_CODE = auto()


@dataclass(frozen=True)
class _Word:
    """A word of what follows, and where it stands; ``core`` without what closes it or quotes it."""

    text: str
    start: int
    quoted: bool
    closes: bool

    @property
    def core(self) -> str:
        return self.text.strip(_ENDS)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each secret stands. In a text that announces more than anybody writes, all that follows is one."""
    announced = 0
    for match in _WORDS.finditer(text):
        start, end = match.start(1), match.end(1)
        announced += 1
        if announced > _MOST_ANNOUNCED:
            yield start, len(text)
            return
        yield from _announced(text, start, end, _Sort.PASSWORD)
    for match in _CODES.finditer(text):
        word, start, end = match["word"].casefold(), match.start(1), match.end(1)
        announced += 1
        if announced > _MOST_ANNOUNCED:
            yield start, len(text)
            return
        if word == "code" and _AN_ERROR.search(text[max(0, start - 10) : start]):
            continue
        if word == "pin" and _A_TREE.search(text[max(0, start - 20) : end]):
            continue
        bare = word in ("code", "codes") or word.startswith(
            ("son ", "mon ", "leur ", "ses ", "her ", "his ", "my ")
        )
        sort = _Sort.ANY_CODE if bare or word in ("pin", "votre code") else _Sort.CODE
        yield from _announced(text, start, end, sort)
    for match in _SHORT.finditer(text):
        yield from _abbreviated(text, match.end(1))
    for match in _PRECEDED.finditer(text):
        yield from _preceding(text, match.start(1), match.end(1))


def cryptograms(text: str) -> Iterator[tuple[int, int]]:
    """The three or four digits on the back of a bank card, announced as such."""
    for match in _CRYPTOGRAM.finditer(text):
        yield match.start(1), match.end(1)


def _announced(text: str, word_starts: int, begins: int, sort: _Sort) -> Iterator[tuple[int, int]]:
    """What stands after the word that announces a secret."""
    follows = _clause(text, begins)
    sign = _sign(follows)
    if sign is None:
        yield from _unsigned(text, begins, follows, word_starts, sort)
        return
    between, after = follows[:sign], begins + sign + 1
    filed = _FILED.search(text[max(0, word_starts - 40) : word_starts]) is not None
    told = filed or any(
        _is_known(each, alone=False) for each in _words_of(between) if each not in _SAYING
    )
    words = _words(text, after)
    if words and (sort is _Sort.PASSWORD or sort is _Sort.CODE):
        yield from _assigned(words, told=told, sort=sort)
    elif words and not _words_of(between):
        yield from _digits(words[:1], sort)


def _clause(text: str, begins: int) -> str:
    """What follows on the same line, as far as a sentence goes."""
    follows = text[begins : begins + _READ].partition("\n")[0]
    for end in (". ", "; ", " ; "):
        follows = follows.partition(end)[0]
    return follows


def _sign(follows: str) -> int | None:
    """Where « : », « = » or an arrow stands, no hour's; None for none near."""
    for at, char in enumerate(follows[: _LONGEST_BETWEEN + 1]):
        arrow = char == ">" and follows[at - 1 : at] == "-"
        alone = (
            char in "-–—" and follows[at - 1 : at] in ("", " ") and follows[at + 1 : at + 2] == " "
        )
        hour = follows[at - 1 : at].isdecimal() and follows[at + 1 : at + 2].isdecimal()
        if arrow or (char in _SIGNS and not hour) or (alone and not follows[:at].strip()):
            return at
    return None


def _words(text: str, begins: int) -> list[_Word]:
    """The next words, from ``begins`` on, to the end of the line."""
    found: list[_Word] = []
    line = text[begins : begins + _READ].partition("\n")[0]
    at, quoted = 0, False
    for part in line.split():
        start = line.index(part, at)
        at = start + len(part)
        if not part.strip(_QUOTES + "-:=>→"):
            quoted = quoted or any(char in '«"“‹' for char in part)
            continue
        bare = part.lstrip(_QUOTES + ":=>→")
        quoted = quoted or any(char in "«\"“‹'" for char in part[: len(part) - len(bare)])
        closes = bare != bare.rstrip(_ENDS) or not line[at:].strip()
        found.append(_Word(bare, begins + at - len(bare), quoted, closes))
        quoted = False
    return found


def _assigned(words: list[_Word], *, told: bool, sort: _Sort) -> Iterator[tuple[int, int]]:
    """After a sign: the first word is the secret, unless a sentence goes on there."""
    first = words[0]
    if _is_secret_number(first, sort) or (sort is _Sort.PASSWORD and _is_made_up(first.core)):
        yield _place(first)
        return
    harmless = told or _is_known(first.core, alone=first.closes) or _is_harmless(first.core)
    if sort is _Sort.PASSWORD and (
        not harmless or (first.quoted and not _is_known(first.core, alone=True))
    ):
        yield _place(first)
        return
    for word in words[1 : 1 + _NEXT_WORDS]:
        if sort is _Sort.PASSWORD and _is_made_up(word.core):
            yield _place(word)


def _unsigned(
    text: str, begins: int, follows: str, word_starts: int, sort: _Sort
) -> Iterator[tuple[int, int]]:
    """« son mot de passe est Soleil12 », « mdp de sa boîte Soleil12 », « PIN 4821 »."""
    words = [each for each in _words(text, begins) if each.start < begins + len(follows)]
    if sort is _Sort.ANY_CODE:
        yield from _digits([each for each in words if not _is_between(each.core)][:1], sort)
        return
    stated = _USES.search(text[max(0, word_starts - 30) : word_starts]) is not None
    for word in words[: 2 * _NEXT_WORDS]:
        said = fold(word.core)
        if said in _STATING or said == "c est":
            stated = True
        elif _is_secret_number(word, sort) or (sort is _Sort.PASSWORD and _is_made_up(word.core)):
            yield _place(word)
            return
        elif not said or said in _QUALIFIERS:
            if word.closes and not word.text.endswith(")"):
                return
        elif _is_known(word.core, alone=True) or _is_harmless(word.core):
            return
        elif sort is _Sort.PASSWORD and (word.quoted or (stated and word.closes)):
            yield _place(word)
            return
        elif word.closes:
            return


def _is_between(core: str) -> bool:
    return fold(core) in (*_STATING, "le", "l", "the", "c", "no", "numero", "n")


def _digits(words: list[_Word], sort: _Sort) -> Iterator[tuple[int, int]]:
    """« son code c'est 4821 »: five digits alone are a postcode."""
    for word in words:
        core = word.core
        if sort is _Sort.ANY_CODE and core.isdecimal() and len(core) in (4, 6, 7, 8):
            yield _place(word)


def _abbreviated(text: str, begins: int) -> Iterator[tuple[int, int]]:
    """« pass: Soleil12 », « mp Soleil12 »: short words that mean other things, so what follows must be made up."""
    words = _words(text, begins)
    if words and words[0].start - begins <= 4 and _is_made_up(words[0].core):
        yield _place(words[0])


def _preceding(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """« a mis Printemps24! comme mot de passe »."""
    word = text[start:end]
    core = word.strip(_ENDS)
    quoted = word[:1] in "«\"“'" or text[:start].rstrip()[-1:] == "«"
    used = _USES.search(text[max(0, start - 30) : start]) is not None
    if _is_made_up(core) or ((quoted or used) and core and not _is_known(core, alone=True)):
        yield start, end


def _place(word: _Word) -> tuple[int, int]:
    """All of the word but the signs that close the sentence or the quotation."""
    bare = word.text.rstrip(".,;)…" + _QUOTES) or word.text
    return word.start, word.start + len(bare)


def _words_of(text: str) -> list[str]:
    return [each for each in fold(text).split() if each not in _QUALIFIERS and each not in _STATING]


def _is_secret_number(word: _Word, sort: _Sort) -> bool:
    core = word.core
    if not core[:1].isdecimal() or not core.isascii() or not _ONE_TIME.fullmatch(core):
        return False
    return len(core) >= (3 if sort is _Sort.CODE else 4)


def _is_known(core: str, *, alone: bool) -> bool:
    """Is it a word of a sentence about a password? ``alone``: nothing follows it, as after a value."""
    said = fold(core)
    if not said or all(
        each in _KNOWN or each in _QUALIFIERS or each in _INFINITIVES for each in said.split()
    ):
        return True
    if core.islower() and core.endswith(("é", "ée", "és", "ées", "tion", "tions", "ement", "ed")):
        return True
    return (
        not alone
        and core.isalpha()
        and core.casefold().endswith(("er", "ir", "ant", "ment", "ing"))
    )


def _is_harmless(core: str) -> bool:
    if core.isalpha():
        return len(core) > _LONGEST_PASSWORD
    return len(core) > _LONGEST_PASSWORD or _HARMLESS.fullmatch(core) is not None


def _is_made_up(core: str) -> bool:
    """A digit or a sign among the letters: no word of a sentence is made so."""
    digit = any(char.isdecimal() for char in core)
    letter = any(is_word(char) and not char.isdecimal() for char in core)
    sign = any(char in "#@$%&*_+=!?" for char in core)
    return letter and (digit or sign) and not _is_harmless(core)
