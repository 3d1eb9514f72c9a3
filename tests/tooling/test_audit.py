"""What is known against our packages is told and fails; what could not be asked is told and does not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import audit

    return audit


CLEAN = {"dependencies": [{"name": "flask", "version": "3.1.0", "vulns": []}]}
FOUND = {
    "dependencies": [
        {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]},
        {"name": "y", "version": "1", "vulns": [{"id": "CVE-2", "fix_versions": []}]},
    ]
}
NPM_CLEAN = {"vulnerabilities": {}, "metadata": {}}
NPM_FOUND = {
    "vulnerabilities": {
        "ws": {"severity": "high", "range": "<8", "via": [{"title": "DoS"}]},
        "engine.io": {"severity": "high", "range": "<6", "via": ["ws"]},
    }
}


def test_findings_are_read(audit: ModuleType) -> None:
    assert audit.read_pip_audit(json.dumps(CLEAN)) == []
    assert audit.read_pip_audit(json.dumps(FOUND)) == [
        "x 1: CVE-1, corrected in 2",
        "y 1: CVE-2, corrected in no version yet",
    ]
    assert audit.read_npm_audit(json.dumps(NPM_CLEAN)) == []
    assert audit.read_npm_audit(json.dumps(NPM_FOUND)) == [
        "ws <8: high, DoS",
        "engine.io <6: high, ws",
    ]


@pytest.mark.parametrize(
    ("python", "npm", "code", "says"),
    [
        (json.dumps(CLEAN), json.dumps(NPM_CLEAN), 0, "0 finding(s)"),
        (json.dumps(FOUND), json.dumps(NPM_CLEAN), 1, "CVE-1"),
        (json.dumps(CLEAN), json.dumps(NPM_FOUND), 1, "DoS"),
        ("", json.dumps(NPM_CLEAN), 0, "NOT ASKED"),
        (json.dumps(CLEAN), json.dumps({"message": "405", "error": {}}), 0, "NOT ASKED"),
        ("Traceback", "<html>", 0, "this proves nothing"),
        ("[]", "null", 0, "NOT ASKED"),
    ],
)
def test_a_finding_fails_and_silence_is_told(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    python: str,
    npm: str,
    code: int,
    says: str,
) -> None:
    def run(command: list[str], **_named: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(
            command, 1, npm if "audit" in command else python, "no network\n"
        )

    monkeypatch.setattr(audit, "find_npm", lambda: ("node", ["npm"]))
    monkeypatch.setattr(audit.subprocess, "run", run)
    assert audit.main() == code
    assert says in capsys.readouterr().out
