"""Words typed at the desk in a hurry: slang, slips, SMS style, some English. The right script comes first."""

from __future__ import annotations

from app.assist import loader
from app.assist.symptoms import index

# Words | the scripts that are right first.
SAID = """
elle a pas recu le mail|S01
j ai rien eu dans ma boite|S01
toujours pas de mail depuis lundi|S01
lofficine centre dit quil a envoyé mais rien recu|S01
le mail est jamais arrive|S01
mail pas arrivé|S01
pas eu le lien|S01
sa boite est vide|S01
didn't get any mail|S01
lien mort|S02
le lien marche pas|S02
qd elle clique sur le lien ca dit expiré|S02
lien périmé|S02
c trop tard pr le lien|S02
link expired|S02
c est ou les spam|S03
trouve pas les indesirables|S03
elle voit pas le dossier spam sur son tel|S03
elle rentre plus dans sa boite mail|S04
gmail lui demande un code|S04
a oublié le mdp de sa boite|S04
sa messagerie est bloquée|S04
yahoo la deconnecte|S04
veut changer de mail|S05
elle a plus cette adresse|S05
nouvelle adresse mail|S05
bouton grisé|S06
ca tourne|S11
page blanche|S11
ca charge pas|S11
le site rame|S11
erreur 500|S11
sa bug|S11
le site est en panne|S11
mdp pas bon|S08
mot de passe incorect|S08
mdp refusé|S07,S08
impossible de creer le mot de passe|S07
il veut pas de son nouveau mdp|S07
faut quel caractere spécial|S07
compte bloqué|S08
arrive pas a se connecter|S08
password rejected|S07,S08
identifiant pas reconnu|S09
c quoi mon identifiant|S09
user unknown|S09
elle a fait son mdp et apres elle sait plus|S10
il a deja un compte|S10,S09,S08,S24
double|S12
elle a cliqué sur deposer au lieu de suivre|S12
2 dossiers|S12
rejeté|S13,S16
il est le seul pas payé de son groupe|S13
pas payé|S25
g toujours pas eu mes sous|S25
qd est ce quon est payé|S25
où en est mon dossier|S25
no money yet|S25
plus rien a manger|S26,S31
va se faire expulser|S26
compte a decouvert|S26
titre de sejour expiré|S17
c'est quoi l'iban|S17
sait pas quoi mettre dans distance|S17
revenu fiscal de reference c ou|S17
photo flou|S18
doc trop lourd|S18
manque le verso|S19
carte d'identité que d'un coté|S19
a inversé le rib et la cni|S20
pas d'impots|S21
a jamais fait sa declaration|S21
son ancien patron veut pas donner l'attestation|S22
tout s'est effacé|S23
compte introuvable|S24
son dossier a disparu|S24
on lui redemande son rib|S27
case bloquee pr renvoyer la piece|S27
la caf lui coupe le rsa|S28
elle touche le chomage|S15
parle pas francais|S29
sait pas lire|S29
a pas d ordi|S30
pas d'internet chez lui|S30
ordi de la mediatheque|S36
arnaque?|S37
on lui a demandé sa carte bleue au tel|S37
pleure|S31
elle veut se foutre en l'air|S31
son mari la tape|S31
a droit ou pas ?|S32
combien on touche|S32
elle arrete sa formation|S33
est tombée malade pendant la formation|S33
appel pour 12 stagiaires|S34
accordé mais tjrs rien|S35
ecole d'infirmiere|S38
il me hurle dessus|S39
il gueule|S39
notification de rejet c quoi|S16
comprend pas la lettre|S16
he keeps shouting at me|S39
scan with phone|S18
formation pas dans la liste|S14
mail non recu|S01
il attend tjrs son mail de connexion|S01
ils m'ont pas envoyé d'email|S01
le lien dit invalide|S02
lien recu la semaine derniere|S02
spams sur outlook|S03
mot de passe de messagerie oublié|S04
veut changer d'adresse|S05
marche pas sur tablette|S06
ecran tactile|S06
mdp trop court|S07
mdp oublié|S08,S04
j'arrive plus a rentrer|S08
identifiant incorrect|S09
apres l'etape 1|S10
bug du portail|S11
ca marche pas|S11,S06
demande en double|S12
il a déposé 3 fois|S12
seule du groupe a pas etre payée|S13
rejet|S13,S16
formation refusée|S14,S16
inscrite pole emploi|S15
mot pas compris|S16
case distance|S17
photo illisible|S18
recto verso|S19
inversé les pieces|S20
pas de declaration d'impots|S21
papier chez l'employeur|S22
cases vides|S23
n'existe pas dans le portail|S24
quand le paiement|S25
dans le rouge a la banque|S26
piece a redonner|S27
impots sur l'aide|S28
allophone|S29
aucun materiel informatique|S30
suicide|S31
femme battue|S31
renseignement|S32
arret maladie|S33
secretaire d'un centre|S34
aide accordée pas versée|S35
ordi partagé|S36
phishing|S37
bourse sociale|S38
agressif|S39
scan impossible|S18
"""
OF_EIGHTY = 75


def test_words_typed_in_a_hurry_find_the_right_script_first() -> None:
    built = index.build(loader.library().values(), index.phrases())
    rows = [line.split("|") for line in SAID.strip().splitlines()]
    missed = [
        (said, right, found[:2])
        for said, right in rows
        if not (found := index.find(built, said)) or found[0] not in right.split(",")
    ]
    assert len(missed) <= len(rows) * (80 - OF_EIGHTY) / 80, missed


def test_tears_and_blows_are_never_read_as_something_else() -> None:
    built = index.build(loader.library().values(), index.phrases())
    for said in (
        "pleure",
        "elle est en larmes",
        "il la tape",
        "se foutre en l'air",
        "au bout du rouleau",
        "wants to die",
    ):
        assert index.find(built, said)[:1] == ["S31"], said
