"""A million invented persons, their numbers and two million dossiers, the same in each run.

Names follow what names do: a few are borne by thousands, most by a handful (Zipf). Nobody exists.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from app.dossiers.finding.writing import DossierText, PersonText


def _words(text: str, between: str | None = None) -> list[str]:
    return text.split(between)


KNOWN = _words(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel "
    "Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine "
    "Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer Garnier Chevalier "
    "Francois Legrand Gauthier Garcia Perrin Robin Clement Morin Nicolas Henry Roussel "
    "Rousselle Mathieu Gautier Masson Haddad Benali Nguyen Diallo Traore Fofana Ng Le-Goff "
    "Ben-Said El-Haddad De-La-Tour Van-Damme N'Diaye O'Brien D'Almeida"
)
FIRST = _words(
    "Marie Jean Pierre Michel André Philippe Nathalie Isabelle Sylvie Catherine Christophe "
    "Nicolas Samira Fatima Mohamed Karim Aïcha Inès Léa Emma Chloé Manon Camille Sarah Lina "
    "Yanis Lucas Hugo Louis Paul Jules Arthur Nadia Bruno Thi-Hong Aminata Fatou Ibrahima "
    "Ousmane Zoé Anaïs Éloïse Cédric Jérôme François Jean-Pierre Marie-Anne Anne-Sophie"
)
TOWNS = _words(
    "Lille Roubaix Tourcoing Calais Dunkerque Arras Lens Douai Valenciennes Amiens Beauvais"
)
STARTS = _words("b c ch d f g gr h j k l m n p ph r s t tr v z br cl dr")
MIDDLES = _words("a e i o u ou ai an en on in eau")
ENDS = _words("rd t l n r ssel tte x ville mont ard ier eau in et on ez ski dja")
TRAININGS = _words(
    "Préparatrice de commandes;Soudeur;Aide-soignante;Cuisine;Comptabilité;Maçonnerie;"
    "Secrétariat médical;Conduite d'engins;Développement web;Espaces verts;Service en salle;"
    "Électricité du bâtiment",
    ";",
)


@dataclass(frozen=True)
class Bench:
    """How many of each."""

    persons: int
    dossiers: int


def organisations() -> list[str]:
    """The names of 200 organismes."""
    return [f"{kind} {town} {n}" for n in range(5) for town in TOWNS[:10]
            for kind in ("Passerelle Formation", "Greta", "Avenir Compétences", "École du Nord")]  # fmt: skip


def surnames(chance: random.Random, count: int) -> list[str]:
    """Last names, the commonest first."""
    made = dict.fromkeys(KNOWN)
    while len(made) < count:
        syllables = chance.randint(1, 3)
        word = "".join(chance.choice(STARTS) + chance.choice(MIDDLES) for _ in range(syllables))
        made[(word + chance.choice(ENDS)).capitalize()] = None
    return list(made)


def persons(size: Bench, seed: int = 12) -> Iterator[tuple[int, PersonText, tuple[int, ...]]]:
    """Each person (id from 1) with her dossiers and the organismes of these, by their place in the list."""
    chance = random.Random(seed)
    names = surnames(chance, max(2_000, size.persons // 12))
    weights = list(accumulate(1 / (rank + 12) ** 0.85 for rank in range(len(names))))
    firsts = list(accumulate(1 / (rank + 4) for rank in range(len(FIRST))))
    houses, born = organisations(), date(1950, 1, 1)
    each, more = divmod(size.dossiers, size.persons)
    for number in range(1, size.persons + 1):
        last = chance.choices(names, cum_weights=weights)[0].replace("-", " ")
        first = chance.choices(FIRST, cum_weights=firsts)[0]
        local = f"{first}.{last}{number % 97}".replace(" ", "").replace("'", "")
        where = tuple(chance.randrange(len(houses)) for _ in range(each + (number <= more)))
        yield (
            number,
            PersonText(
                last,
                first,
                born + timedelta(days=chance.randrange(20_000)),
                f"{local}@courriel.example".lower(),
                f"{number % 90} rue des Tilleuls, {chance.randrange(10, 95)}100 {chance.choice(TOWNS)}",
                (f"+336{(number * 7919) % 100_000_000:08d}",),
                tuple(
                    DossierText(
                        f"PF-{2020 + rank % 7}-{number * (each + 1) + rank:07d}",
                        chance.choice(TRAININGS),
                        houses[house],
                    )
                    for rank, house in enumerate(where)
                ),
            ),
            where,
        )


def questions(chance: random.Random, known: list[PersonText]) -> list[tuple[str, str]]:
    """What agents type for persons who exist, kind by kind: (kind, text)."""
    asked: list[tuple[str, str]] = []
    for person in known:
        number, born = "0" + person.phones[0][3:], person.born_on
        assert born is not None
        last, first = person.last_name, person.first_name
        at = chance.randrange(1, max(2, len(last) - 1))
        reference = person.dossiers[0].reference if person.dossiers else "PF-2020"
        asked += [
            ("last name", last),
            ("first and last name", f"{first} {last}"),
            ("while typing", f"{first} {last[:3]}"),
            ("while typing", last[:2]),
            ("while typing", last[:4]),
            ("a slip", last[:at] + last[at + 1 :]),
            ("a slip, first name", f"{last[:at]}{last[at]}{last[at:]} {first}"),
            ("number", " ".join(number[i : i + 2] for i in range(0, 10, 2))),
            ("part of a number", number[:7]),
            ("part of a number", number[-4:]),
            ("birth date", f"{born:%d/%m/%Y}"),
            ("name and birth date", f"{last} {born:%d%m%y}"),
            ("mail", person.email),
            ("mail with a slip", person.email.replace("e", "", 1)),
            ("reference", reference),
            ("part of a reference", reference[-5:]),
            ("organisme", person.dossiers[0].organisation if person.dossiers else "Greta"),
            (
                "name and training",
                f"{last} {person.dossiers[0].training}" if person.dossiers else last,
            ),
            ("nobody", f"Zzyk{last}q"),
        ]
    return asked
