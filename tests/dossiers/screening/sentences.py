"""Sentences as agents write them: what holds a secret or somebody's health, and what does not."""

from __future__ import annotations

from app.dossiers.free_text import Secret

REFUSED: dict[Secret, str] = {
    Secret.PASSWORD: """
mdp Soleil2021!
son code c'est 4821
son code est le 4821
elle m'a donné son mot de passe c'est tournesol
elle m'a dit son mot de passe : tournesol
son mot de passe est tournesol
mdp=lapin
mdp lapin62
MDP : Azerty123
le mdp est lapin
Mot de passe : « Azerty2024 »
Mot de passe Azerty-2024
mot de passe provisoire Xk7pQ2
mot de passe (portail) Xk7pQ2
mot de passe actuel: bonjour
identifiant samira@x.fr mot de passe bonjour12
id: samira@x.fr / mdp: bonjour
id samira / mdp bonjour12
login samira pass Soleil12
pass: Soleil12
pw: Soleil12
pwd Soleil12
PIN 4821
pin : 4821
code pin 4821
code PIN : 4821
son code secret est 4821
code secret 4821
code confidentiel : 0815
code de la carte 4821
code carte bleue : 4821
code reçu par SMS : 482913
le code sms est 482913
code de validation 482913
code d'accès : 482913
mots de passe : Soleil1 et Soleil2
m.d.p. : Soleil12
m d p Soleil12
mdp de sa boîte mail Soleil12
mot de passe gmail Soleil12
mot de passe Gmail = Soleil
mot de passe ameli soleil12!
nouveau mot de passe choisi : Printemps24
elle a mis Printemps24! comme mot de passe
Printemps24! est son mot de passe
a choisi "Printemps24!" en mot de passe
the password is sunflower
password sunflower12
her password is Sunflower1
passcode 4821
her PIN is 4821
pin code: 4821
mot-de-passe : Soleil12
motdepasse Soleil12
mot de passe->Soleil12
mot de passe → Soleil12
mot de passe - Soleil12
MDP PROVISOIRE ABCD1234
mp : Soleil12
mot de passe, je le note : soleil
Mot de passe tout en minuscules : soleil
a pour mot de passe soleil
utilise le mot de passe Soleil
passphrase : cheval correct pile agrafe
code de déverrouillage du téléphone 2580
réponse secrète : Médor
Son mdp portail = Marseille13!
Le code de sa carte est 1234
mdp boîte orange "chouchou"
mot de passe (celui du Portail) : Chouchou59
nouveau mot de passe : Été2026!
MDP Portail Chouchou59 MDP mail Loulou62
j'ai noté son mdp: loulou
code confidentiel CAF 123456
identifiant 1234567X code 0712
Le mot de passe de monsieur est Paris2024.
pwd=abcd1234
Her new password: Liverpool9
one-time code 482 913
Mot de passe:azerty
mot de passe:  azerty
mot de passe de Gmail: azerty
mot de passe = azerty123
""",
    Secret.CARD: """
CB 4111 1111 1111 1111
4111111111111111
4111.1111.1111.1111
carte n°4111-1111-1111-1111 exp 12/26
5555 5555 5555 4444
3782 822463 10005
378282246310005
carte 4111 1111 1111 1111 12/27 123
6011111111111117
4111/1111/1111/1111
4111_1111_1111_1111
4111  1111  1111  1111
carte finissant 4111 1111 1111 1111.
4917610000000000003
cb:4970100000000154
4111,1111,1111,1111
x4111111111111111x
""",
    Secret.NIR: """
1 85 05 78 006 084 91
185057800608491
1850578006084
NIR 2 76 12 2A 123 456
n° sécu 1.85.05.78.006.084
sécu : 1 85 05 78 006 084 91
1-85-05-78-006-084-91
NSS 185 05 78 006 084 91
2 76 12 2a 123 456 22
1/85/05/78/006/084/91
1 85 05 78 006 084/91
son numéro de sécu c'est le 185057800608491
1 85  05 78 006 084
""",
    Secret.IBAN: """
FR14 2004 1010 0505 0001 3M02 606
FR1420041010050500013M02606
IBAN : fr14 2004 1010 0505 0001 3m02 606
DE89 3704 0044 0532 0130 00
GB29NWBK60161331926819
BE68 5390 0754 7034
NL91 ABNA 0417 1643 00
FR14-2004-1010-0505-0001-3M02-606
RO49 AAAA 1B31 0075 9384 0000
FR14 2004 1010 0505 0001 3M02
RIB 20041 01005 0500013M026 06
""",
    Secret.HEALTH: """
Elle est enceinte.
enceinte de 5 mois, rappeler après le 3 juin
Mme est enceinte
Elle attend un bébé pour août
en arrêt maladie depuis le 3 mars
en arrêt maladie
En congé maternité jusqu'au 12
est en ALD
a la RQTH
RQTH jusqu'en 2027
reconnue travailleuse handicapée
personne handicapée
handicapé moteur
elle est en fauteuil roulant
Il est sourd
malentendante, préfère les SMS
aveugle, ne lit pas l'écran
cancer du sein
cancer, en traitement
traitée pour un cancer
a eu un cancer l'an dernier
son cancer l'empêche de venir
chimio le mardi
en chimio
elle fait une dépression
dépressive, parler doucement
dépression nerveuse
a fait un burn-out
en burn out
burn-out depuis mars
hospitalisée depuis lundi
Hospitalisé du 3 au 9 juin
il a été hospitalisé
a été opéré du genou
opérée de la hanche
jambe cassée
s'est cassé la jambe
suivie en psychiatrie
suivi par un psychiatre
voit un psy
prend des antidépresseurs
prend du Lexomil
sous traitement lourd
sous méthadone
diabétique
est diabétique type 2
épileptique, fait des crises
a le sida
séropositive
VIH+
a la covid
positif au covid
a une sclérose en plaques
atteinte d'une maladie chronique
souffre du dos
a mal au dos
souffre d'une maladie rare
grosse fatigue, troubles psychiques
troubles bipolaires
alcoolique
problème d'alcool
addiction à la drogue
dyslexique
autiste Asperger
schizophrène
a fait une fausse couche
IVG la semaine dernière
a perdu son bébé
malade depuis lundi
est très malade
tombée malade
souvent malade
malade chronique
gravement malade
son état de santé s'aggrave
problèmes de santé
pour raison de santé
she is pregnant
pregnant, due in August
he has cancer
has depression
on sick leave since March
in hospital since Monday
she is diabetic
he is disabled
she had a miscarriage
he is HIV positive
takes antidepressants
mental health problems
en invalidité 2e catégorie
pension d'invalidité
affection longue durée
arrêt de travail pour dépression
maladie professionnelle
accident du travail, plâtre au bras
sa fille est malade
son mari a un cancer
mère handicapée à charge
suite à son AVC
souffre d'endométriose
en rémission d'un cancer
fauteuil roulant, ne peut se déplacer
femme enceinte
enceinte, accouchement prévu en août
grossesse à risque
en congé mat
en congé mat jusqu'en août
en arrêt mal
handicapée à 80 %
taux de handicap 80 %
reconnue RQTH
perçoit l'AAH pour son handicap
sous tranquillisants
troubles anxieux
phobie sociale
crise d'angoisse hier
dépression post-partum
Il a fait un malaise
a fait une crise d'épilepsie
en HP depuis lundi
hospit. depuis lundi
opération du coeur
va être opérée
chirurgie le 12
a le covid depuis mardi
cas contact covid
mère malade, gérée par elle
son fils est autiste
sa mère a Alzheimer
malvoyant : lire à voix haute
She has been ill since May
she's 6 months pregnant
off sick until Monday
recovering from surgery
she has a disability
he uses a wheelchair
hard of hearing, prefers texts
suffers from anxiety
broke her leg
""",
}
INNOCENT = """
n'entend pas bien, la ligne grésille
Elle ne voit pas le bouton
ne voit pas les images
Formation : phobie sociale et accueil
Ça me rend malade, dit-elle, cette attente
malade de cette attente, dit-elle
elle en est malade d'attendre
Certificat médical reçu
arrêt maladie à joindre au dossier
A transmis son arrêt de travail
Attestation RQTH reçue
pièce « RQTH » demandée
La pièce notification RQTH est rouge
formation aide aux personnes handicapées
Formation d'assistante médicale
travaille à l'hôpital de Lens
stage à l'hôpital du 3 au 9 juin
stage en cancérologie
stage en maternité
formation secrétaire médico-sociale
Centre anticancéreux : son employeur
Caisse primaire d'assurance maladie : papier demandé
CPAM relancée
assurance maladie : attestation de droits
Carte vitale à jour
carte d'identité recto verso
code postal 59100
code postal : 59100
code action 24-1001
Code de la formation : 24-1001
code APE 8559A
code INSEE 59512
code promo
digicode
code 404 à l'écran
code d'erreur 503
code erreur : E-1042
le code d'erreur est E1042
le code reçu n'arrive pas
code SMS pas reçu
n'a pas reçu le code
code de la route
Code : B pour le permis
passe le code vendredi
mot de passe oublié
mdp oublié
mdp perdu
mdp ok
mdp refusé 3 fois
mdp refusé : 8 caractères demandés
elle a saisi son mot de passe
elle a saisi son mot de passe devant moi, ça marche
elle a saisi son mot de passe 3 fois
mot de passe saisi 2 fois
mot de passe : 3 essais
mot de passe : essayé 3 fois
mot de passe changé le 12/06
mot de passe changé hier à 10h30
mot de passe de 8 caractères minimum
Mot de passe 8+ caractères
le mot de passe doit avoir 8 caractères, 1 majuscule
mdp : à refaire
mdp : voir avec elle
mdp : rappeler demain
mdp réinitialisé à 14h05
mdp Gmail perdu
mot de passe Portail bloqué depuis le 12/06/2026
mot de passe bloqué 24h
mot de passe expiré (90j)
mot de passe envoyé par mail à samira.haddad@courriel.example
mot de passe provisoire envoyé le 03/06
mot de passe : bien reçu
mot de passe : elle le connaît
mot de passe : créé avec elle
mot de passe : étape 1 faite
Étape 1 mot de passe : faite
Étape 1 (mot de passe) : OK
mot de passe : en cours
mot de passe : attente du mail
mot de passe : s'en souvient
mot de passe : c'est réglé
mot de passe et identifiant : tout est bon
problème de mot de passe : lien renvoyé
problème de mot de passe : renvoi du lien
problème mdp : réglé
question mdp : répondu
objet : mot de passe
Mot de passe : aide donnée au téléphone
Mot de passe : guidée pas à pas
mot de passe : script S07 suivi
mot de passe : S07
le mot de passe est bon
le mot de passe est accepté
son mot de passe est celui de sa boîte
le mot de passe est trop court
le mot de passe est à changer
password forgotten
password reset link sent
password: reset by her
password reset at 10:30
she typed her password 3 times
the password is wrong
the password is hers
her password is too short
PIN perdu
pin's
épingle
pin parasol
rue des Pins 12
12 rue du Pin 59100
rue du Pin 12bis
code pin bloqué
06 12 34 56 78
+33 6 12 34 56 78
0033612345678
0612345678 et 0712345678
06 12 34 56 78 / 03 20 11 22 33
03.20.11.22.33 ou 06.12.34.56.78
SIRET 73282932000074
SIRET 732 829 320 00074
SIREN 732 829 320
N° SIRET : 362 521 879 00034
siret 552 100 554 00013
PF-2026-004205
dossier PF-2026-004205 et PF-2026-004206
réf 2026004205
action 24-1001, 420 h
n° demandeur d'emploi 1234567A
Identifiant France Travail 1234567X
numéro allocataire CAF 1234567
n° fiscal 12 34 567 890 123
numéro fiscal 1234567890123
avis d'impôt référence 23 59 1234567 89
IBAN FR76… : manque la fin
IBAN en FR demandé
IBAN finissant par 606 à vérifier
IBAN refusé
IBAN 27 caractères
RIB à refaire
carte bancaire refusée
CB perdue
carte de séjour 9912345678
titre de séjour jusqu'au 12/10/2026
récépissé n° 5912345678
passeport 12AB34567
numéro de colis 6A12345678901
virement de 1 240,50 € le 08/07/2026
1 240,50 € + 350 €
du 03/06/2026 au 09/06/2026
10h30, 11h45, 14h
3 juin 2026 10:35
2026-06-22 10:35
le 22/06 à 10h35 rappelée le 23/06 à 9h
59100 Roubaix 2e étage porte 4
nœud
épouse Hospitalier
M. Malade Pierre
habite rue de l'Hôpital
rue de la Santé
mission locale, garantie jeune
Organisme : École de la deuxième chance
Formation diabétologie
service de dépression
la demande est en souffrance
dossier en souffrance depuis mai
souffre du retard de paiement
a souffert d'un bug
le dossier souffre d'un retard
elle est sourde à nos relances
il est aveugle de colère
fatiguée d'attendre
patience à bout
accouche du dossier
la pièce est illisible
opération terminée
opéré via le Portail
traitement en cours
sous traitement
dossier sous traitement
en cours de traitement
est traité
a été traitée
en traitement au service paie
en dépression tropicale
Formation « prévention du burn-out »
cure de jouvence
elle prend des cours
absence justifiée
absent pour raison personnelle
a une ordonnance de protection
handicap : aucun renseigné
Le champ handicap est vide
aide AGEFIPH demandée
case « travailleur handicapé » à cocher
l'organisme demande si la personne est RQTH
congé demandé du 3 au 9
arrêt de la formation le 3 juin
stop formation, arrêt le 12
accident de saisie
test covid en formation : salle fermée
la maladie du formateur décale la formation
formateur malade, session reportée
organisme fermé (covid)
aide à domicile, formation DEAES
aide-soignante en EHPAD
ambulancier, 3e semaine
formation prothésiste dentaire
CAP petite enfance
she is on a training course
sick of waiting
I'm sick of this, she said
sick and tired of waiting
her file is in treatment
hospital training starts in June
works in a hospital
nurse training
the form asks about disability
the disability box is empty
A rappelé 3 fois, toujours sur messagerie
Habite 12 rue Malade, 59000 Lille
Attend un enfant à la sortie de l'école à 16h
Attend un virement depuis mai
attend des nouvelles de l'OF
Prend des notes, refait seule
en mal de réponses
a un enfant à charge
a deux enfants
a une fille
mère de 3 enfants
elle est sous le choc du rejet
elle est épuisée par les démarches
elle est en colère
il est désespéré
est perdue sur le site
est en stage jusqu'au 12
est en formation
est en retard
est en attente
est à l'étranger
a un rendez-vous le 12
rendez-vous à l'hôpital pour son stage
Le lien est malade, blague-t-elle
CPAM, pas de nouvelle
Elle travaille au service maternité
Sage-femme en maternité à Lens
vient de la part du centre hospitalier
L'organisme : IFAS du CH de Lens
Formation ambulancier, oral le 3
service des urgences du Portail
urgence : sans ressources
est en urgence financière
dans une situation d'urgence
opération commerciale
opération du 3 juin terminée
dossier opéré par Camille
champ « handicap » à compléter
réponse sur le handicap attendue de l'OF
Journée handicap à l'OF : appels moins nombreux
référent handicap de l'OF prévenu
le référent handicap rappelle
formation au handicap
contact : Mission handicap
congé du 3 au 9
congé parental
elle est en congé
en arrêt de formation depuis le 3
a arrêté sa formation
son arrêt n'est pas dans les pièces
arrêt maladie : pièce illisible
Pièce arrêt maladie rouge
arrêt de travail reçu le 3
jamais reçu l'arrêt de travail
demande l'adresse de la caisse maladie
maladie du formateur, cours reporté
« la maladie du papier », dit-il
l'attente la rend malade
il en est malade
Elle est malade de voir son dossier rejeté
malade à l'idée de tout refaire
je suis malade de tout refaire, dit-elle
malade d'inquiétude
c'est à en tomber malade
tension avec l'organisme
crise de nerfs au téléphone
crises de larmes, rappelée
a mal compris l'étape 2
a mal au fichier
a du mal avec la souris
mal orthographié
problème de dos du livret scanné
problème de tête de lettre
Le cœur du problème : l'adresse
coup de main demandé
le lien est cassé
la pièce est cassée
souris cassée, trackpad
écran cassé, lit mal
téléphone cassé
S'est cassé la tête sur le formulaire
au pied du mur
bras droit de la directrice
fracture numérique
plâtre : formation plaquiste
formation plâtrier
douleurs de démarrage
souffre de lenteurs
souffre de retards
souffre d'un manque d'ordinateur
site en souffrance
prise en charge totale
est suivie par son conseiller
suivie par une assistante sociale
voit un conseiller lundi
consulte un site
sous tutelle
sous curatelle
sous main de justice
sous réserve
cure de sommeil du serveur
BTS diététique
CAP esthétique
élève infirmière, 2e année
assistante dentaire
auxiliaire de vie, public handicapé
accompagne des enfants autistes
éducatrice auprès d'autistes
AESH d'un enfant handicapé
stage auprès de malades d'Alzheimer
formation Alzheimer
aidante de sa mère
son mari l'aide
sa fille aide
the account is disabled
the button was disabled
the link is sick
she is blind to our mails
deaf to our calls
on leave until June
on annual leave
in the hospital sector
training at the hospital
nurse in oncology
has a son
has a stroke of luck
code postal c'est 59100
son code postal est 59100
le code de l'action est 24-1001
code action 241001
code formation 2410
code formation : 2410
code ROME J1501
code RNCP 35830
code OF 1234
code de l'organisme : 5678
code client 12345678
code guichet 20041
code banque 30004
code erreur 4031
erreur code : 4031
code de suivi : 6A12345678901
code d'entrée de l'immeuble
code couleur : orange
le code reçu est refusé
code SMS : jamais arrivé
code reçu trop tard
code de validation expiré
a reçu un code par SMS, ne sait pas où le mettre
code de vérification pas reçu sur le 0612345678
Mot de passe oublié au 06 12 34 56 78
mot de passe : appeler le 06 12 34 56 78
mot de passe : rappeler au 0612345678
mot de passe : renvoyé à samira.haddad@gmail.com
mot de passe : 12/06
mot de passe : 10h30
mot de passe fait le 12/06 à 10h30
mot de passe : ne l'a plus
mot de passe : l'a retrouvé
mot de passe : c'est bon
mot de passe : perdu, lien renvoyé à 14h
Mot de passe créé (12 caractères)
mot de passe de la messagerie : Orange l'a bloqué
mot de passe Orange : bloqué
mot de passe ENT
mot de passe FranceConnect perdu
mot de passe du wifi de l'OF inconnu
mot de passe : dièse mal tapé
mot de passe : majuscule oubliée
mot de passe : tiret ou underscore
tape son mot de passe en majuscules
tape le mot de passe dans le bloc-notes
se trompe de mot de passe
confond mot de passe et code
écrit son mot de passe sur un papier
garde son mot de passe
navigateur : mot de passe enregistré
mot de passe enregistré dans Chrome
mot de passe refusé par Chrome 126
mot de passe refusé sur iPhone12
mot de passe : Chrome le propose
mot de passe, identifiant : OK tous les deux
mot de passe/identifiant : ok
MDP ET IDENTIFIANT OK
MDP OUBLIE
MDP : OUBLIÉ
MDP : RENVOI LIEN
MDP: KO
mdp ko
mdp : nok
mdp NOK
mdp à refaire
mdp/mail ok
mdp : idem
mdp : cf. script
mdp : oublié x2
mdp oublié x3
mdp - oublié
mdp - lien renvoyé
mot de passe – étape 1
Étape 1 – mot de passe – faite
mots de passe différents
mots de passe : pas les mêmes
pass sanitaire
pass Navigo
pass culture
pass : sanitaire
passe par le Portail
password manager suggested
password field is empty
password: not known
password: she will ask
password - reset done
password, then step 2
password expired 3 days ago
forgot password, link resent at 2:35
pinned the file
PINEL
N° 4821
n° de dossier 2026004205
dossier 2026 004205
2026-004205
tél 0612345678 ou 0320112233
06.12.34.56.78/03.20.11.22.33
06 12 34 56 78 07 12 34 56 78
06-12-34-56-78, 07-12-34-56-78
+33612345678 +33712345678
33612345678
0033 6 12 34 56 78
+590 690 12 34 56
0692 12 34 56
tel fixe 0320112233 portable 0612345678
FAX 03 20 11 22 33 - 06 12 34 56 78
SIRET 213 300 456 00017 (mairie)
SIRET 21330045600017
SIRET : 1 3 0 0 0 5 4 8 1 0 0 0 1 0
numéro de facture 2026060312345
facture n° 20260603-1234567
virement réf 1234567890123456
EAN 3 760123 456789
n° de suivi colissimo 6A 12345 67890 1
colis 8V 01234 56789 0
facture EDF 1 234 567 890
numéro AGDREF 9912345678
numéro étranger 9903123456
permis 12AB34567
INE 1234567890A
CAF n° 1234567 depuis 2019
N° Pôle emploi 1234567A
identifiant portail 123456789
id 1234 5678 9012
FR 12 juin
FR76 à compléter
FR76 3000 manque la suite
IBAN commence par FR76 3000 4000
revenu fiscal 12 345 €, 2,5 parts
12 345 67 89
1989 03 14
14 03 1989
14/03/1989 et 15/04/1990
du 01/09/2025 au 30/06/2026, 1 240 h
heures : 1 240, distance 35 km
"""
