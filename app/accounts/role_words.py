"""Roles in the reader's words, for every page that names one."""

from __future__ import annotations

from flask_babel import gettext as _

from app.foundation.roles import Role


def role_words() -> dict[str, str]:
    """Each role, as it stands in a list."""
    return {
        Role.FRONT: _("Accueil"),
        Role.BACK: _("Renfort"),
        Role.MANAGER: _("Encadrement"),
        Role.ADMIN: _("Administration"),
    }
