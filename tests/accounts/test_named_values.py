"""Roles and presences have one home: no module and no template spells one of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from app.accounts.presence import PresenceState
from app.foundation.roles import Role

ROOT = Path(__file__).resolve().parents[2]
# « offline », « ringing », « missed », « wrap_up » are words of calls, sockets and softphones too.
NAMES = {PresenceState.AVAILABLE, PresenceState.IN_CALL, PresenceState.DO_NOT_DISTURB}
HOMES = {"presence.py", "models.py"}
OF_THE_DESK = ("desk", "frame", "base.html")  # whose scripts have the same words
ROLE = re.compile(rf"role (?:==|!=|in|not in) \(?\"(?:{'|'.join(Role)})\"")


def test_modules_name_presences() -> None:
    spelt = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in (ROOT / "app").rglob("*.py")
        if path.name not in HOMES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in NAMES
    ]
    assert spelt == []


def test_templates_name_roles_and_presences() -> None:
    folder = ROOT / "templates"
    spelt = []
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).parts[0] in OF_THE_DESK:
            continue
        text = path.read_text("utf-8")
        spelt += [f"{path.name} {found}" for found in ROLE.findall(text)]
        spelt += [f"{path.name} {name}" for name in NAMES if f'"{name}"' in text]
    assert spelt == []
