"""The pages of dossiers, for the factory: one list, whatever their sub-package."""

from __future__ import annotations

from app.dossiers import routes
from app.dossiers.duplicates import routes as duplicates
from app.dossiers.editing import routes as editing
from app.dossiers.feeds import api as feeds_api
from app.dossiers.feeds import routes as feeds
from app.dossiers.feeds.refused import routes as feed_refusals
from app.dossiers.mandates import routes as mandates
from app.dossiers.payments import routes as payments
from app.dossiers.readers import routes as readers

BLUEPRINTS = (
    routes.bp,
    payments.bp,
    editing.bp,
    readers.bp,
    mandates.bp,
    duplicates.bp,
    feeds.bp,
    feed_refusals.bp,
    feeds_api.bp,
)
