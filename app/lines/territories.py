"""The territories whose public holidays a line can keep. Pure."""

from __future__ import annotations

from app.foundation.text.bilingual import Text

# Codes of the « holidays » library (ISO 3166-2:FR), "" for the holidays of all France.
TERRITORIES: dict[str, Text] = {
    "": Text("France, sans jour local", "France, no local day"),
    "57": Text("Moselle", "Moselle"),
    "6AE": Text("Alsace (Bas-Rhin, Haut-Rhin)", "Alsace"),
    "971": Text("Guadeloupe", "Guadeloupe"),
    "972": Text("Martinique", "Martinique"),
    "973": Text("Guyane", "French Guiana"),
    "974": Text("La Réunion", "Réunion"),
    "976": Text("Mayotte", "Mayotte"),
    "BL": Text("Saint-Barthélemy", "Saint Barthélemy"),
    "MF": Text("Saint-Martin", "Saint Martin"),
    "PM": Text("Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon"),
    "NC": Text("Nouvelle-Calédonie", "New Caledonia"),
    "PF": Text("Polynésie française", "French Polynesia"),
    "WF": Text("Wallis-et-Futuna", "Wallis and Futuna"),
}
