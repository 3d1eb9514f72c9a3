"""Health in what one of ours writes about somebody: refused with an explanation, and never an innocent sentence. Pure.

An annotation says what it changes for the dossier (« absente du 3 au 9 juin »), not an illness: health is a special
category of personal data (GDPR, article 9; a handicap and a pregnancy are health), and the service needs none of it.
So only what says that *somebody* is ill is refused: a state, an illness that somebody has, a treatment, a leave for it.
The words alone are innocent, trainings and pièces use them every day (« stage en psychiatrie », « attestation RQTH
reçue », « cette attente me rend malade »). A person in danger is never held back by this (``service.flag_priority``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import LETTER_OR_DIGIT, SPACE, Pattern, pattern

EXPLANATION = Text(
    "La santé d'une personne ne se note pas. Écrivez ce que cela change pour le dossier : « absente du 3 au 9 juin ».",
    "A person's health is not written down. Write what it changes for the file: “absent from 3 to 9 June”.",
)

_S = rf"[{SPACE}]+"
_O = rf"[{SPACE}]*"
_SINCE = rf"(?:^|[^{LETTER_OR_DIGIT}'’-]|[ldsLDS]['’])"
_UNTIL = rf"(?:$|[^{LETTER_OR_DIGIT}-])"
# Where something begins to be said: the sentence, a clause of it, « Mme », « elle ».
_OPENS = (
    rf"(?:(?:^|[.;!?\n])[{SPACE}«\"“(*•-]*|[,:(/+–—][{SPACE}]*|{_SINCE}(?:mme|mlle|m\.|mr|elle|il|et|mais|car|"
    rf"personne|"
    rf"usag[eè]re?|stagiaire|"
    rf"m[eè]re|p[eè]re|maman|papa|fille|fils|enfant|mari|femme|[ée]poux|[ée]pouse|conjointe?|b[ée]n[ée]ficiaire|"
    rf"reconnue?|"
    rf"reconnue?{_S}travailleu(?:r|se)|travailleu(?:r|se)|d[ée]clar[ée]e?|she|he|who|and){_S})"
)
_IS = (
    rf"{_SINCE}(?:est|était|etait|sera|serait|suis|sont|été|ete|devenue?|tomb[ée]e?|reste|restée?|vit|is|was|are|"
    rf"he's|she's|been|be|"
    rf"being|gets?|got|feels?|fell){_S}(?:(?:très|tres|aussi|peut-être|toujours|encore|actuellement|souvent|"
    rf"un peu|gravement|"
    rf"assez|vraiment|lourdement|severely|seriously|very|still|currently|often){_S}){{0,2}}"
)
_ONE = rf"(?:(?:d['’]une?|de|du|d['’]|une?|son|sa|le|la|l['’]|les|des|a|an|her|his|the|au|à){_O})"
_HAS = (
    rf"{_SINCE}(?:souffr\pL*|atteinte?|malade|suivie?|soignée?|traitée?|opérée?|hospitalisée?|a|ait|avait|aura|"
    rf"eu|fait|faire|pour|"
    rf"cause|raison|suite|suites|contre|combat|déclare|vit avec|has|had|have|having|with|from|for|after){_S}"
    rf"(?:(?:eu|fait|pour|avec|à|contre|had){_S})?(?:{_ONE}){{0,2}}"
)
_HERS = rf"{_SINCE}(?:son|sa|ses|leur|her|his){_S}"

_STATES = (
    r"(?:d[ée]pressi(?:f|ve)|d[ée]prim[ée]e?|s[ée]ropositi(?:f|ve)|schizophr[èe]ne|bipolaire|diab[ée]tique|"
    r"[ée]pileptique|"
    r"alcoolique|toxicomane|drogu[ée]e?|enceinte|canc[ée]reu(?:x|se)|autiste|hospitalis[ée]e?|suicidaire|"
    r"dyslexique|dyspraxique|"
    r"trisomique|parapl[ée]gique|h[ée]mipl[ée]gique|t[ée]trapl[ée]gique|handicap[ée]e?|malentendante?|"
    r"malvoyante?|sourde?|aveugle|"
    r"sourde?[- ]muette?|muette?|asthmatique|anorexique|boulimique|insuffisante?[ ]r[ée]nale?|"
    r"immunod[ée]prim[ée]e?|RQTH|"
    r"pregnant|diabetic|depressed|epileptic|autistic|bipolar|dyslexic|schizophrenic|hospitali[sz]ed|alcoholic|"
    r"hiv[ -]positive|"
    r"deaf|blind|ill|sick|unwell|malade)"
)
# At the beginning of a clause these alone say it; « sourde » and « malade » need a verb or what follows.
_STATES_ALONE = (
    r"(?:d[ée]pressi(?:f|ve)|s[ée]ropositi(?:f|ve)|schizophr[èe]ne|diab[ée]tique|[ée]pileptique|toxicomane|"
    r"alcoolique|enceinte|autiste|"
    r"hospitalis[ée]e?|suicidaire|dyslexique|trisomique|parapl[ée]gique|t[ée]trapl[ée]gique|handicap[ée]e?|"
    r"malentendante?|malvoyante?|"
    r"sourde?|aveugle|asthmatique|anorexique|pregnant|hospitali[sz]ed|hiv[ -]positive)"
)
_ILLNESSES = (
    rf"(?:cancers?|tumeurs?|leuc[ée]mie|vih\+?|sida|h[ée]patites?|d[ée]pressions?|burn[ -]?out|schizophr[ée]nie|"
    rf"bipolarit[ée]|"
    rf"troubles?{_S}(?:psy\pL*|bipolaires?|mentaux|anxieux|alimentaires|du{_S}comportement)|diab[èe]te|"
    rf"[ée]pilepsie|scl[ée]rose|"
    rf"alcoolisme|toxicomanie|fausse{_S}couche|avc|infarctus|endom[ée]triose|parkinson|alzheimer|lupus|"
    rf"mucoviscidose|autisme|"
    rf"dyslexie|handicap|covid|cov(?:id)?[- ]?19|grippe|angine|gastro|pneumonie|phlébite|lumbago|sciatique|"
    rf"hernie|migraines?|"
    rf"maladies?(?:{_S}(?:graves?|chroniques?|psy\pL*|rares?|orphelines?|professionnelles?|auto-immunes?))?|"
    rf"(?:affection{_S}(?:de{_S})?)?longue{_S}dur[ée]e|longue{_S}maladie|ald|rqth|grossesse|ivg|avortement|"
    rf"addictions?|"
    rf"cancer|tumou?r|leuk(?:a)?emia|depression|diabetes|epilepsy|hiv|miscarriage|stroke|abortion|"
    rf"heart{_S}attack|disability|"
    rf"mental{_S}(?:health{_S}(?:problems?|issues?|condition)|illness)|(?:chronic|serious|mental){_S}(?:illness|"
    rf"disease))"
)
_ILLNESSES_ALONE = (
    rf"(?:cancers?|tumeurs?|leuc[ée]mie|vih\+?|sida|d[ée]pression|burn[ -]?out|schizophr[ée]nie|"
    rf"troubles?{_S}(?:psy\pL*|bipolaires?|mentaux)|"
    rf"[ée]pilepsie|scl[ée]rose|alcoolisme|toxicomanie|fausse{_S}couche|avc|infarctus|endom[ée]triose|"
    rf"affection{_S}(?:de{_S})?longue{_S}dur[ée]e|"
    rf"longue{_S}maladie|maladies?{_S}(?:graves?|chroniques?|psy\pL*|rares?|orphelines?|professionnelles?|"
    rf"auto-immunes?)|grossesse|ivg|"
    rf"ald|rqth|chimio(?:th[ée]rapie)?s?|mental{_S}health{_S}(?:problems?|issues?))"
)
_BODY = (
    r"(?:jambes?|bras|pieds?|chevilles?|poignets?|mains?|genoux?|[ée]paules?|dos|hanches?|c[oô]tes?|t[eê]te|"
    r"ventre|dents?|c[oœ]e?ur|"
    r"coude|cou|nuque|yeux|reins?|col(?:onne|[ ]du[ ]f[ée]mur)|tibia|f[ée]mur|clavicule|doigts?)"
)
_DRUGS = (
    r"(?:antid[ée]presseurs?|neuroleptiques?|anxiolytiques?|somnif[eè]res?|antipsychotiques?|lexomil|xanax|"
    r"prozac|subutex|"
    r"m[ée]thadone|seroplex|insuline|morphine|tramadol|antidepressants?|insulin|methadone)"
)
_CARE = (
    rf"(?:{_DRUGS}|d[ée]pression|burn[ -]?out|chimio(?:th[ée]rapie)?|radioth[ée]rapie|psychoth[ée]rapie|"
    rf"psychiatrie|r[ée]animation|dialyse|"
    rf"ald|invalidit[ée]|soins{_S}palliatifs|maison{_S}de{_S}repos|fauteuil{_S}roulant|"
    rf"cure{_S}de{_S}d[ée]sintoxication|"
    rf"traitement{_S}(?:m[ée]dica\pL+|lourd|hormonal|psy\pL*|contre)|chemo(?:therapy)?|dialysis)"
)
_DOCTOR = r"(?:psychiatre|psychologue|psy|oncologue|cardiologue|addictologue|neurologue|canc[ée]rologue|psychiatrist)"
_LEAVE = (
    rf"(?:arr[êe]t{_S}(?:de{_S})?(?:longue{_S})?maladie|arr[êe]t{_S}de{_S}travail|"
    rf"cong[ée]s?{_S}(?:de{_S})?(?:longue{_S})?"
    rf"(?:maladie|maternit[ée]|pathologique)|maladie|maternit[ée]|(?:sick|medical|maternity){_S}leave)"
)


@dataclass(frozen=True)
class _Rule:
    """What says it, and what is before or behind it (in the same sentence) when it is innocent."""

    says: Pattern
    innocent_before: Pattern | None = None
    innocent_after: Pattern | None = None


def _says(expression: str) -> Pattern:
    return pattern(rf"(?i){expression}{_UNTIL}")


# « stage en dialyse », « formation de prévention du sida », « infirmier en psychiatrie »: work and trainings.
_WORK = pattern(
    rf"(?i){_SINCE}(?:stages?|travail|travaille|travaillait|form(?:é|ée|és|ation|ations|ateur|atrice)|postes?|"
    rf"services?|métiers?|embauch\pL*|"
    r"emplois?|employeu\pL+|soignante?s?|infirmi\pL+|aides?|agente?s?|auxiliaires?|éducat\pL+|secrétaires?|"
    r"brancardi\pL+|cadres?|"
    r"diplômes?|certificats?|spécialis\pL+|prévention|sensibilis\pL+|lutte|ligue|centres?|associations?|"
    r"campagnes?|journées?|module|cours|"
    r"thème|sujet|intitul\pL+|organismes?|accompagn\pL+|sessions?|accueil|training|works?|nurs\pL+|"
    rf"course|aesh|avs|sages?-femmes?|puéricult\pL+|assistante?s?|élèves?)[^.;,]{{0,60}}$"
)
# A pièce, a field, a rule of the dossier: « attestation RQTH », « case travailleur handicapé ».
_PAPER = pattern(
    rf"(?i){_SINCE}(?:attestations?|notifications?|pièces?|justificatifs?|certificats?|papiers?|documents?|"
    rf"cases?|champs?|formulaires?|"
    r"demandes?|onglet|rubrique|décisions?|avis|dépôt|slot|scan|photo|copie|carte|si|critère|barème|règle|"
    r"mention|assurance|caisse|form|box|"
    rf"field|question|paper|proof)(?:[{SPACE}'’«\"“:][^.;,]{{0,30}})?$"
)
_PAPER_NEXT = pattern(
    rf"(?i)^[{SPACE}»\"”:)]*(?:est{_S}|is{_S}|bien{_S}|a{_S}été{_S}|encore{_S}|pas{_S})*(?:à{_S}(?:joindre|"
    rf"fournir|envoyer|déposer|demander|transmettre|"
    r"refaire|cocher|scanner)|(?:re)?çue?|reçue?|transmise?|demandée?|jointe?|envoyée?|déposée?|manquante?|"
    r"illisible|flou|floue|scannée?|"
    r"rouge|vert|verte|orange|gris|grise|périmée?|expirée?|absente?|non|aucune?|manque|coupée?|vide|refusée?|"
    r"acceptée?|ajoutée?|empty|received|missing|sent)"
)
_OF_A_THING = pattern(
    rf"(?i)^{_S}(?:à{_S}(?:nos|mes|tout|ses|l|la|nous)|à{_S}l['’]idée|aux{_S}|oreilles?|de{_S}(?:colère|cette|ce|"
    rf"tout|devoir|"
    rf"l['’]attente|ne|voir|savoir|refaire|recommencer|rage|honte)|d['’](?:attend|inquiét|impatien|angoisse|"
    rf"avoir|être|en{_S})|of{_S}|to{_S}|"
    rf"du{_S}retard|à{_S}la{_S}sortie|sur{_S}|tropicale|économique|sonore|acoustique|bluetooth|numérique)"
)
_AN_ENCLOSURE = pattern(rf"(?i)(?:{_SINCE}(?:une|cette|des|mur|dans|hors)|['’]){_O}$|l['’]$")

# « le lien est malade », « elle en est malade »: no person, or a manner of speaking.
_NOBODY = pattern(
    rf"(?i){_WORK.expression}|(?:^|{_SINCE})(?:liens?|sites?|plateforme|portail|compte|page|serveur|économie|"
    rf"link|site|account|button|page|field|"
    rf"server|en|y|qui{_S}en){_O}$"
)

# Said as such; after work or a pièce (« formation : phobie sociale ») innocent as any.
_PHRASES = (
    "en rémission", "(?:cong[ée]|arr[êe]t) mat(?:er)?", "en arr[êe]t mal", "taux de handicap",
    "handicap de [0-9]+", "troubles anxieux",
    "phobie sociale", "crises? d['’](?:angoisse|[ée]pilepsie|asthme|panique)",
    "crises? de (?:panique|d[ée]mence)", "fait un malaise", "en hp",
    "hospit\\.?", "(?:va|doit|vient d['’])(?: se faire| [êe]tre)? op[ée]r[ée]e?r?",
    "chirurgie (?:le|du|de|en|hier|demain|pr[ée]vue)",
    "cas contact(?: covid)?", "sous (?:tranquillisants|anxiolytiques|calmants|morphine)", "fauteuil roulant",
    "(?:m[eè]re|p[eè]re|mari|femme|fils|fille|conjointe?|fr[eè]re|s[oœ]e?ur|enfant) (?:tr[eè]s |gravement )?malade",
    "[0-9]+ months? pregnant", "(?:months?|weeks?) pregnant", "off sick",
    "recovering from (?:surgery|an? operation|cancer|an? illness)",
    "(?:uses|in) a wheelchair", "hard of hearing",
    "suffers? from (?:anxiety|depression|pain|asthma|insomnia|a \\pL+)",
    "broke (?:her|his|their) (?:leg|arm|foot|wrist|ankle|hip|back)", "(?:had|has had|needs) (?:an operation|surgery)",
)  # fmt: skip

_RULES = (
    _Rule(_says(rf"{_SINCE}(?:{'|'.join(_PHRASES)})"), _WORK, _PAPER_NEXT),
    _Rule(_says(rf"(?:{_IS}){_STATES}"), _NOBODY, _OF_A_THING),
    _Rule(_says(rf"(?:{_OPENS}){_STATES_ALONE}"), _WORK, pattern(rf"{_OF_A_THING.expression}|"
        rf"{_PAPER_NEXT.expression}")),
    _Rule(_says(rf"{_SINCE}(?:she|he|elle|il){_S}(?:is|est){_S}(?:disabled|RQTH)"), None, None),
    _Rule(_says(rf"(?:{_HAS}|{_HERS}){_ILLNESSES}"), _WORK, pattern(rf"{_OF_A_THING.expression}|"
        rf"{_PAPER_NEXT.expression}")),
    _Rule(_says(rf"(?:{_OPENS}){_ILLNESSES_ALONE}"), _WORK, pattern(rf"{_PAPER_NEXT.expression}|"
        rf"(?i)^{_S}(?:tropicale|économique)")),
    _Rule(
        _says(rf"{_SINCE}(?:(?:souvent|gravement|très|fréquemment|régulièrement){_S}malade|malade{_S}(?:depuis|"
        rf"du{_S}[0-9]|le{_S}[0-9]|hier|aujourd['’]hui|ce{_S}(?:matin|jour)|cette{_S}semaine|la{_S}semaine|toute|"
        rf"pendant|jusqu\pL*|chronique))"),
        None, None,
    ),
    _Rule(
        _says(rf"{_SINCE}(?:sous|en|prend{_S}(?:des|du|un|de{_S}la|de{_S}l['’])?|prenait{_S}(?:des|du)?|"
        rf"suit{_S}une?|takes|on|in){_O}{_CARE}"),
        _NOBODY, _OF_A_THING,
    ),
    _Rule(_says(rf"{_SINCE}(?:son|sa|ses|her|his|une?|la|séances?{_S}de|fait){_S}(?:chimio|"
        rf"radio)(?:th[ée]rapie)?s?"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:suivie?|suivi|vue?|voit|consulte|chez|sees){_S}(?:(?:par|chez|en){_S})?(?:une?|son|"
        rf"sa|le|la|a|her|his){_S}{_DOCTOR}"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:en|on|in){_S}{_LEAVE}"), _WORK, None),
    _Rule(_says(rf"{_SINCE}(?:arr[êe]t{_S}(?:maladie|de{_S}travail)|cong[ée]{_S}(?:maladie|"
        rf"maternit[ée])){_S}(?:depuis|jusqu['’\pL]*|du{_S}[0-9]+|de{_S}[0-9]+|prolong\pL*|pour)"), _PAPER, None),
    _Rule(_says(rf"{_SINCE}op[ée]r[ée]e?{_S}(?:du|de{_S}la|de{_S}l['’]|des|à{_S}c[oœ]|en{_S}urgence|hier|lundi|"
        rf"mardi|mercredi|jeudi|vendredi|le{_S}[0-9]+)[^.;]*"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:fai\pL+{_S}op[ée]rer|op[ée]ration{_S}(?:chirurgicale|du{_S}|de{_S}la{_S}|"
        rf"des{_S}){_BODY}?)"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:{_BODY}{_S}(?:cass[ée]e?s?|fractur[ée]e?s?|foul[ée]e?s?|dans{_S}le{_S}pl[âa]tre)|"
        rf"(?:fracture|entorse){_S}(?:du|de{_S}la|au|à{_S}la){_S}{_BODY}|pl[âa]tre{_S}(?:au|à{_S}la){_S}{_BODY})")),
    _Rule(_says(rf"{_SINCE}s['’](?:est|était){_S}(?:cass[ée]e?|fractur[ée]e?|foul[ée]e?|bris[ée]e?){_S}(?:le|la|"
        rf"les|une?|l['’]){_O}{_BODY}"), None, pattern(rf"^{_S}sur{_S}")),
    _Rule(_says(rf"{_SINCE}(?:mal|souffr\pL*|douleurs?|probl[èe]mes?){_S}(?:au|aux|à{_S}la|à{_S}l['’]|du|de|des|"
        rf"dans{_S}le){_S}{_BODY}"), _WORK, pattern(rf"^{_S}(?:du|de|des){_S}")),
    _Rule(_says(rf"{_SINCE}souffr\pL*{_S}(?:de{_S}(?:migraines?|douleurs?|vertiges?|crises|troubles|"
        rf"sa{_S}maladie)|d['’](?:angoisses?|asthme|arthrose|insomnies?|addiction))")),
    _Rule(_says(rf"{_SINCE}(?:[ée]tat|probl[èe]mes?|raisons?|soucis?|ennuis?|motifs?){_S}(?:de{_S}santé|"
        rf"m[ée]dica(?:l|le|les|ux))|{_SINCE}(?:health{_S}(?:problems?|issues?|reasons?|condition)|"
        rf"medical{_S}(?:reasons?|condition))"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:attend{_S}(?:un{_S}(?:b[ée]b[ée]|enfant|heureux)|des{_S}jumeaux)|perdu{_S}(?:son|"
        rf"le|leur){_S}b[ée]b[ée]|vient{_S}d['’]accoucher|va{_S}accoucher|accouch(?:é|e|era)?{_S}(?:en|le|la|"
        rf"hier|demain|dans|ce|cette)|grossesse{_S}(?:difficile|pathologique|à{_S}risque)|"
        rf"expecting{_S}(?:a{_S}(?:baby|child)|twins))"), _WORK, _OF_A_THING),
    _Rule(_says(rf"{_SINCE}enceinte{_S}(?:de{_S}(?:[0-9]+|un|deux|trois|quatre|cinq|six|sept|huit)|jusqu\pL*|"
        rf"et)"), _AN_ENCLOSURE),
    _Rule(_says(rf"{_SINCE}(?:addicte?{_S}(?:à|aux|au)|addiction{_S}(?:à|aux|au)|d[ée]pendan(?:te?|"
        rf"ce){_S}(?:à{_S}l['’]alcool|aux?{_S}drogues?)|probl[èe]mes?{_S}(?:d['’]alcool|de{_S}drogue)|"
        rf"se{_S}drogue)"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:positi(?:f|ve)|tested{_S}positive){_S}(?:(?:au|à{_S}la|for){_S})?(?:covid|"
        rf"hiv)(?:[- ]?19)?|{_SINCE}(?:a{_S}(?:attrapé{_S})?(?:la|le)|has){_S}(?:covid|grippe|gale)|{_SINCE}VIH\+")),
    _Rule(_says(rf"{_SINCE}(?:d[ée]clar[ée]e?|reconnue?){_S}(?:inapte|invalide|handicap[ée]e?|"
        rf"en{_S}(?:invalidit[ée]|ald|maladie{_S}professionnelle))|{_SINCE}(?:touche|perçoit|"
        rf"a){_S}une{_S}pension{_S}d['’]invalidit[ée]|{_SINCE}invalidit[ée]{_S}(?:de{_S})?[123](?:e|è|[èe]me|"
        rf"re)?{_S}cat"), _WORK),
    _Rule(_says(rf"{_SINCE}(?:en{_S}invalidit[ée]|pension{_S}d['’]invalidit[ée]|(?:a|ayant|b[ée]n[ée]ficie{_S}de|"
        rf"titulaire{_S}de|reconnue?){_S}(?:la{_S}|une{_S})?RQTH)"), _PAPER, _PAPER_NEXT),
    _Rule(_says(rf"{_SINCE}(?:est|était|sera|toujours|encore|reste|is|was|still|been){_S}(?:à{_S}l['’]h[ôo]pital|"
        rf"aux{_S}urgences|in{_S}hospital)|{_SINCE}(?:à{_S}l['’]h[ôo]pital|in{_S}hospital){_S}(?:depuis|"
        rf"jusqu\pL*|since|until)"), _WORK, pattern(r"(?i)^[^.;]*(?:stage|formation|travail|training|work)")),
)  # fmt: skip


def told(text: str) -> bool:
    """Does this say that somebody is ill, pregnant or treated?"""
    return any(True for _span in spans(text))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences that say so, where they begin and end (without what closes them)."""
    # Most texts say nothing of it: a pass of each rule over the whole is enough to know.
    rules = [rule for rule in _RULES if rule.says.search(text)]
    begins = 0
    for place, sign in enumerate(f"{text}." if rules else ""):
        if sign in ".;!?\n":
            sentence = text[begins:place]
            if any(_says_it(rule, sentence) for rule in rules):
                yield begins + len(sentence) - len(sentence.lstrip()), place
            begins = place + 1


def _says_it(rule: _Rule, sentence: str) -> bool:
    for match in rule.says.finditer(sentence):
        before, after = sentence[: match.start() + 1], sentence[match.end() - 1 :]
        if match.end() == len(sentence) and match.group()[-1:].isalnum():
            after = ""
        if rule.innocent_before and rule.innocent_before.search(before):
            continue
        if rule.innocent_after and rule.innocent_after.search(after):
            continue
        return True
    return False
