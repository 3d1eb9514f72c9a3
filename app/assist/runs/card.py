"""The card « Identité » of the desk and the answers of a script say one thing: who speaks was checked, or not.

An answer that checked it (``learns: {identity: checked}``, the person themselves) confirms the card; taking that
answer back takes the card back, unless somebody confirmed it otherwise. Both are journaled as on the card.
"""

from __future__ import annotations

from datetime import datetime

from app.assist import store
from app.assist.models import ScriptRun, ScriptRunStep
from app.assist.runs import rows
from app.assist.script import Choice
from app.assist.walk import facts
from app.tickets import speaking


def told(run: ScriptRun, choice: Choice, agent_id: int, now: datetime) -> None:
    """Confirm the card when ``choice`` says so, in the caller's transaction."""
    if run.contact_id is None or not facts.confirms(choice):
        return
    contact = store.contact(run.contact_id)
    if contact.person_id is not None and speaking.for_oneself(contact):
        speaking.confirm_identity(run.contact_id, confirmed=True, agent_id=agent_id, now=now)


def taken_back(run: ScriptRun, stay: ScriptRunStep, now: datetime) -> None:
    """The answer of ``stay`` no longer counts: neither does the card that it confirmed."""
    if run.contact_id is None or stay.choice is None or stay.origin == rows.KNOWN:
        return
    if not facts.confirms(rows.script_of(run).step(stay.step_id).choices[stay.choice]):
        return
    contact = store.contact(run.contact_id)
    if contact.identity_at is not None and contact.identity_at == stay.left_at:
        agent_id = contact.identity_by_id or run.agent_id
        speaking.confirm_identity(run.contact_id, confirmed=False, agent_id=agent_id, now=now)
