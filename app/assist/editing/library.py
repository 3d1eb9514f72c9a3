"""The scripts in use: the house's files, and over them what managers have published.

One small query a call says which publications count; their texts are read once a process. A
publication that is refused today (an action that is no more) gives way to the house's file, and is logged.
"""

from __future__ import annotations

import functools
import logging

from sqlalchemy import func, select

from app.assist import loader
from app.assist.editing.models import ScriptPublication
from app.assist.editing.source import read
from app.assist.script import Script
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db

log = logging.getLogger(__name__)

Key = tuple[tuple[str, str, int], ...]


def scripts() -> dict[str, Script]:
    """All scripts in use by id, in order. Raises ConfigurationError when a file of the house is refused."""
    return _scripts(_key())


def get(script_id: str) -> Script:
    """The script in use; raises NotFound."""
    try:
        return scripts()[script_id]
    except KeyError:
        raise NotFound("Ce script n'existe pas.", todo="Choisissez-en un dans la liste.") from None


def source(script_id: str) -> str:
    """The YAML text of the script in use, to be kept with a run."""
    get(script_id)
    published = _published(_key())
    return published[script_id] if script_id in published else loader.source(script_id)


def _key() -> Key:
    last = select(func.max(ScriptPublication.id)).group_by(ScriptPublication.script_id)
    rows = db.session.execute(
        select(ScriptPublication.script_id, ScriptPublication.content_hash, ScriptPublication.id)
        .where(ScriptPublication.id.in_(last))
        .order_by(ScriptPublication.script_id)
    )
    return tuple((row.script_id, row.content_hash, row.id) for row in rows)


@functools.lru_cache(maxsize=4)
def _published(key: Key) -> dict[str, str]:
    """The texts of these publications that may serve."""
    if not key:
        return {}
    rows = db.session.scalars(
        select(ScriptPublication).where(ScriptPublication.id.in_([row[2] for row in key]))
    )
    ids = sorted({*loader.library(), *(row[0] for row in key)})
    found = {}
    for row in rows:
        if read(row.source, ids).good:
            found[row.script_id] = row.source
        else:
            log.error("publication %s of script %s is refused", row.id, row.script_id)
    return found


@functools.lru_cache(maxsize=4)
def _scripts(key: Key) -> dict[str, Script]:
    known = dict(loader.library())
    known |= {script_id: loader.parse(text) for script_id, text in _published(key).items()}
    return {script_id: known[script_id] for script_id in sorted(known)}
