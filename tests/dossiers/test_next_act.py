"""The act that a dossier's sentence calls for."""

from __future__ import annotations

import pytest

from app.dossiers.troubles.case import Trouble
from app.dossiers.troubles.next_act import Act, called_for


def trouble(script: str) -> Trouble:
    fields = dict.fromkeys(Trouble.__dataclass_fields__, "")
    return Trouble(**{**fields, "code": "x", "script_id": script})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scripts", "act"),
    [
        ((), None), (("S02",), Act.CALL), (("S27",), Act.CALL), (("S12",), Act.SCRIPT),
        (("S24",), Act.SCRIPT), (("S02", "S12"), Act.CALL),
    ],
)  # fmt: skip
def test_the_first_trouble_decides(scripts: tuple[str, ...], act: Act | None) -> None:
    assert called_for([trouble(each) for each in scripts]) is act
