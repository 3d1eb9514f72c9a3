"""What a dossier's page shows of its payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.dossiers.models import Dossier
from app.dossiers.payments import service, words
from app.dossiers.payments.models import PaymentUrgency, Proof
from app.dossiers.wording import Words
from app.foundation.clock import local_day

WAVES_OFFERED = 6


@dataclass(frozen=True)
class PaymentView:
    """« Quand serai-je payé ? » in the reader's language, what it rests on, and the urgency if any.

    ``proofs`` and ``waves`` are the choices of its forms.
    """

    sentence: str
    because: tuple[str, ...]
    urgency: PaymentUrgency | None
    urgency_state: str
    urgency_proof: str
    proofs: Sequence[tuple[str, str]]
    waves: Sequence[tuple[str, str]]


def of(dossier: Dossier, said: Words) -> PaymentView:
    """Read and decide all that is shown of a dossier's payment."""
    answer, urgency = service.answer(dossier, said.now), service.urgency_of(dossier.id)
    coming = service.waves(local_day(said.now))[:WAVES_OFFERED] if urgency else []
    return PaymentView(
        sentence=answer.sentence.get(said.locale),
        because=tuple(each.get(said.locale) for each in answer.because),
        urgency=urgency,
        urgency_state=words.state(urgency.state) if urgency else "",
        urgency_proof=words.proof(urgency.proof) if urgency else "",
        proofs=[(each.value, words.proof(each)) for each in Proof],
        waves=[(on.isoformat(), said.day(on)) for on, _count in coming],
    )
