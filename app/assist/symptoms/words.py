"""The words of a sentence as the search compares them: plain, without endings, one for several. Pure."""

from __future__ import annotations

from app.dossiers.name_folding import fold

_SMALL = """
a ai alors apres as au aucun aussi autre aux avais avait avant avec avez avoir c ca car ce cela ces
cet cette chez ci comme comment d dans de deja depuis des dit dois donc du elle elles en encore
entre es est et etait etc ete etre eu eux fait faire faut fois ici il ils j je l la le les leur lui
m ma mais me meme mes moi mon n ne nos notre nous on ont ou par pas peu peut peux plus pour pourquoi
qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sous suis sur t ta te
tes toi ton tout toute toutes tous tres trop tu un une va vais vers veut veux vois voir voit vos
votre vous y am an and are at be but by can cannot do does for from get got has have he her his how
i in is it its me my no not of on or our she that the their them there they this to was we what when
where which who why will with you your any yet still just didn doesn isn don im someone something up out
bonjour madame monsieur merci svp stp toujours tjrs tjr bcp
ds pr ke ki koi keske cest jai jsuis sa ya jarrive tt
"""
SMALL = frozenset(_SMALL.split())
# Small words that say much here: « pas payé », « quand », « combien » are kept where they stand alone.
KEPT = frozenset({"quand"})

# What says no. By itself it answers nothing; it tells « pas de mail » from « le mail ».
_DENIES = """
pas plus rien jamais jms aucun aucune sans ni not no never without didn doesn don isn nothing none
"""
_NO = frozenset(_DENIES.split())
NO = "pas"

# One word for several. The first of each line is the one that is compared.
_SAME = """
mail email mel courriel message messagerie mails emails courriels
motdepasse mdp password code
attendre attend attends jattend attente waiting
semaine semaines week
site portail website
noir noire noires
telephone portable smartphone mobile iphone android tel phone
ordinateur ordi pc computer
argent sous fric thune money
paye payer paiement virement versement verse versee payee payes salaire payment paid
photo image scan scanner picture photographie
piece document papier justificatif paper fichier
erreur bug bugue bogue plante planter error beug
bloque coince bloquee coincee stuck
organisme centre of cfa
formateur formatrice prof professeur trainer
impot imposition fiscal fiscale tax impots
rib iban bancaire
spam indesirable pourriel junk spams
cliquer clique bouton appuye appuyer
touche toucher touchee touches
deux 2 two
trois 3 three
refuse refusee refus rejete rejetee rejet rejected
perdu perdue oublie oubliee egare forgot lost
mourir suicide suicider suicidaire mort tuer
caf msa
langue traduire interprete interpreter traduction
quand qd kan
dossier dossiers doss
adresse adress
eligible eligibilite admissible
illettre illettree analphabete
formation formations formaton stage
francetravail poleemploi emploi chomage indemnise indemnisee
arnaque escroquerie hameconnage faux scam phishing fraude
deposer depose deposee
efface effacer vide videe disparaitre disparu disparus vident vanish
absence absent absente absences malade maladie arret
arrete arreter abandon abandonner quitter quitte stopper
connexion connecter login connecte
deconnexion deconnecter
expire perime perimee valable dead
urgent urgence
manger faim nourriture
loyer decouvert expulsion
flou floue sombre coupe coupee illisible blurred
double doublon doublons duplicate
inscription inscrit inscrite enrolment
bourse bourses
"""
_CANON = {word: line.split()[0] for line in _SAME.strip().splitlines() for word in line.split()}
# Two words said as one.
_PAIRS = {
    ("mot", "passe"): "motdepasse", ("mots", "passe"): "motdepasse", ("pole", "emploi"): "francetravail",
    ("france", "travail"): "francetravail", ("courrier", "indesirable"): "spam",
    ("courriers", "indesirables"): "spam", ("garantie", "jeune"): "contratengagement",
    ("garantie", "jeunes"): "contratengagement", ("contrat", "engagement"): "contratengagement",
    ("avis", "situation"): "avissituation", ("titre", "sejour"): "titresejour",
    ("hors", "procedure"): "horsprocedure", ("boite", "mail"): "boitemail", ("boite", "mails"): "boitemail",
    ("are", "chomage"): "francetravail", ("touche", "are"): "francetravail", ("allocataire", "are"): "francetravail",
    ("mes", "sous"): "argent", ("ses", "sous"): "argent",
    ("carte", "bleue"): "cartebleue", ("carte", "bancaire"): "cartebleue",
    ("haut", "parleur"): "hautparleur", ("etape", "1"): "etape1", ("etape", "2"): "etape2",
}  # fmt: skip
_ENDINGS = (
    "issements", "issement", "ements", "ement", "ations", "ation", "ables", "able", "aient", "antes",
    "ante", "ants", "ant", "ees", "ee", "es", "er", "ez", "ent", "ait", "ais", "e", "s", "x",
)  # fmt: skip


def read(text: str) -> list[str]:
    """The words of ``text`` that count, in order, each in the form that is compared."""
    plain = fold(text).split()
    found = []
    place = 0
    bare = [w for w in plain if w not in ("de", "du", "d", "la", "le", "l", "les")]
    while place < len(bare):
        pair = _PAIRS.get((bare[place], bare[place + 1])) if place + 1 < len(bare) else None
        if pair is not None:
            found.append(pair)
            place += 2
            continue
        word = bare[place]
        place += 1
        if word in KEPT or (word not in SMALL and (len(word) > 1 or word.isdigit())):
            found.append(_one(word))
    return found


def says_no(text: str) -> bool:
    """Whether ``text`` denies something: « elle a rien reçu », « pas de mail »."""
    return any(word in _NO for word in fold(text).split())


def only_small(text: str) -> bool:
    """Whether ``text`` holds nothing but small words: it asks for nothing in particular."""
    return all(word in SMALL for word in fold(text).split())


def _one(word: str) -> str:
    same = _CANON.get(word)
    if same is not None:
        return same
    stem = _stem(word)
    return _CANON_STEMS.get(stem, stem)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_CANON_STEMS = {_stem(word): first for word, first in _CANON.items() if len(_stem(word)) >= 4}
