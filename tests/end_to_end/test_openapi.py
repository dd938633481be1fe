"""schemathesis against the local cloud: nothing that the service answers is undocumented, nothing is a fault of its own.

A few seconds for each document; with FUZZ_EXAMPLES (`make fuzz`) so many cases a call, and every boundary of every schema.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from letterhead.tokens.dialect import Dialect
from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]
FUZZING = Path(__file__).parent / "fuzzing"
WORKSHOP = ROOT / ".build" / "fuzzing"
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
FEW = "5"
ALL_PHASES = "examples,coverage,fuzzing,stateful"
# Going through all boundaries of all schemas takes minutes.
SHORT_PHASES = "examples,fuzzing,stateful"
LISTS = {
    "mailersend": ("/v1/domains", "/v1/identities", "/v1/token"),
    "sendara": ("/v1/domains", "/v1/keys"),
    "sendmailos": ("/api/v1/domains", "/api/v1/api-keys"),
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_answer_is_as_its_document_has_it(cloud: LocalCloud, dialect: Dialect) -> None:
    account = cloud.account()
    account.verified_domain(f"{dialect}.acme-fuzzing.com")
    domain_id = account.mailersend("GET", "/v1/domains").json["data"][0]["id"]
    identity = {"domain_id": domain_id, "name": "Amy", "email": f"amy@{dialect}-fuzzing.com"}
    identity_id = account.mailersend("POST", "/v1/identities", identity).json["data"]["id"]

    run = _schemathesis(
        cloud.origin,
        account.tokens[dialect],
        dialect,
        {"FUZZ_KEPT": " ".join(_names(account)), "FUZZ_DOMAIN": domain_id, "FUZZ_IDENTITY": identity_id},
    )

    assert run.returncode == 0, run.stdout[run.stdout.find("= FAILURES =") :]
    assert _number(r"(\d+) generated", run.stdout) > 200
    assert _number(r"API Links: +(\d+) covered", run.stdout) > 0  # from an answer of one call to another call


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def _schemathesis(
    origin: str, token: str, dialect: Dialect, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    program = str(Path(sys.executable).with_name("schemathesis"))
    settings, document = str(FUZZING / "settings.toml"), str(ROOT / "docs" / "openapi" / f"{dialect}.yaml")
    phases = ALL_PHASES if EXAMPLES else SHORT_PHASES
    # Deterministic while it is short; longer, it looks somewhere else each time, and says where it was.
    amount = ["--max-examples", EXAMPLES or FEW, *([] if EXAMPLES else ["--generation-deterministic"])]
    return subprocess.run(
        [
            *(program, "--config-file", settings, "run", document, "--url", origin),
            *("--header", f"Authorization: Bearer {token}", "--phases", phases, "--no-color"),
            *amount,
        ],
        cwd=WORKSHOP,  # it leaves things behind
        env={**os.environ, **environment, "SCHEMATHESIS_HOOKS": str(FUZZING / "hooks.py")},
        capture_output=True,
        text=True,
        check=False,
    )


def _names(account: Account) -> list[str]:
    """Every id, name and address of what the account has: its first tokens, a domain and an identity."""
    found = []
    for dialect, paths in LISTS.items():
        for path in paths:
            answer: dict[str, Any] = getattr(account, dialect)("GET", path).json
            things = next(value for value in answer.values() if isinstance(value, list))
            found += [
                thing[key]
                for thing in things
                for key in ("id", "domain", "email")
                if isinstance(thing.get(key), str)
            ]
    return found
