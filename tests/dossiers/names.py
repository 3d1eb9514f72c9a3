"""Names as they are stored, and as somebody at the telephone writes them."""

from __future__ import annotations

# (last name, first name), and writings that must find it.
SAME: list[tuple[tuple[str, str], list[str]]] = [
    (("Le Goff", "Marie"), ["le goff", "legoff", "LEGOFF Marie", "Marie Le  Goff", "le-goff"]),
    (("Legoff", "Yann"), ["le goff", "Le Goff Yann", "legoff"]),
    (("El Haddad", "Samira"), ["elhaddad", "El-Haddad", "haddad samira", "SAMIRA EL HADDAD"]),
    (("d'Almeida", "José"), ["d’almeida", "dalmeida", "d almeida", "D'ALMEIDA jose", "D‘Almeida"]),
    (("D’Angelo", "Éloïse"), ["dangelo", "d'angelo", "eloise d angelo", "e\u0301loi\u0308se"]),
    (("de La Tour d'Auvergne", "Luc"), ["delatour", "de la tour", "dauvergne", "la tour luc"]),
    (("Jean-Pierre", "Ana"), ["jean pierre", "jeanpierre", "Jean\u2011Pierre", "jean–pierre ana"]),
    (("Lebœuf", "Cœur"), ["leboeuf", "lebœuf", "coeur", "LEBŒUF", "le boeuf"]),
    (("Boeuf", "Lætitia"), ["bœuf", "laetitia", "Lætitia Bœuf"]),
    (("Łukasz", "Paweł"), ["lukasz", "pawel", "ŁUKASZ Pawel"]),
    (("Đặng", "Thị Hồng"), ["dang", "Dang Thi Hong", "thihong", "đặng"]),
    (("Straße", "Jörg"), ["strasse", "STRASSE jorg", "straße"]),
    (("Ørsted", "Søren"), ["orsted", "soren ørsted"]),
    (("Işık", "İnci"), ["isik", "inci isik", "IŞIK"]),
    (("Ñúñez", "Íñigo"), ["nunez", "inigo nuñez"]),
    (("N’Diaye", "Aïssatou"), ["ndiaye", "n'diaye", "N Diaye aissatou"]),
    (("O'Brien", "Seán"), ["obrien", "O’Brien", "sean o brien"]),
    (("Saʿīd", "Nūr"), ["said", "sa'id nur"]),
    (("Müller", "Zoë"), ["muller", "MULLER zoe", "mu\u0308ller"]),
    (("Mac\u00adDonald", "Tom"), ["macdonald", "MacDonald tom"]),
]
QUERIES = [
    "",
    " ",
    "-",
    "'",
    "a",
    "1234",
    "PF-2021-0007",
    "dupont\tmarie\u00a0anne",
    "漢字",
    "%_\\",
]
# What is said before a name, and the words that are looked for.
TITLED: dict[str, list[str]] = {
    "Mme Dupont": ["dupont"],
    "M. Dupont": ["dupont"],
    "M Dupont": ["dupont"],
    "m.dupont": ["dupont"],
    "Mlle Le Goff": ["le", "goff"],
    "Madame Dupont Marie": ["dupont", "marie"],
    "monsieur dupont": ["dupont"],
    "MADEMOISELLE DUPONT": ["dupont"],
    "M. et Mme Dupont": ["dupont"],
    "Mᵐᵉ Dupont": ["dupont"],
    "Dr Dupont": ["dupont"],
    "Mme": ["mme"],
    "M": ["m"],
    "Dupont M": ["dupont", "m"],
    "Mme et M": ["mme", "et", "m"],
}
