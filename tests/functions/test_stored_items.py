"""What is stored was stored by an earlier release: this one reads all of it, and deletes all of it."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from tests.fakes.operators_provider import given
from tests.fakes.source_template import TABLE, resources

STORED = Path(__file__).parents[1] / "golden" / "stored"
TOKENS = {dialect.value: secret.new_secret(dialect, test_mode=False) for dialect in Dialect}
# What time takes away, and nobody is shown.
GOES_BY_ITSELF = {"ClaimsTable", "ConfirmationsTable", "DeliveriesTable", "ChecksTable", "OutboxTable"}
EXPORTED = {
    "domains": 1,
    "identities": 1,
    "templates": 1,
    "suppressions": 2,
    "messages": 4,
    "activities": 12,
    "counts": 2,
    "recipients": 4,
    "events": 3,
}


def _bytes(found: dict[str, Any]) -> Any:
    return base64.b64decode(found["__bytes__"]) if found.keys() == {"__bytes__"} else found


@pytest.fixture(params=sorted(path.name for path in STORED.glob("*.json")))
def stored(request, tables) -> dict[str, Any]:
    """What a release had stored, in the tables; of its tokens nobody has the texts, so these are given some."""
    found: dict[str, Any] = json.loads((STORED / request.param).read_text(), object_hook=_bytes)
    client = connection().client
    for table, items in found["tables"].items():
        for item in items:
            if table in ("TokensTable", "AccountTokensTable") and "token_hash" in item:
                text = TOKENS[
                    item["dialect"]["S"] if "dialect" in item else item["token_key"]["S"].split("#")[0]
                ]
                item = item | {"token_hash": {"S": secret.hash_of(text)}}  # noqa: PLW2901
            client.put_item(TableName=table, Item=item)
    return found


def test_its_owner_is_shown_all_of_it(stored, load):
    shown = {
        ("domains", "sendara", "/v1/domains"): "mail.golden-agency.com",
        ("domains", "mailersend", "/v1/domains"): "mail.golden-agency.com",
        ("domains", "sendmailos", "/api/v1/domains"): "mail.golden-agency.com",
        ("identities", "mailersend", "/v1/identities"): "amy@client.mail.golden-agency.com",
        ("identity_settings", "mailersend", "/v1/identities/settings"): "Thanks",
        ("templates", "mailersend", "/v1/templates"): "welcome",
        ("sandbox", "sendara", "/v1/test-recipients"): "amy@mail.golden-agency.com",
        ("suppressions", "sendara", "/v1/suppressions"): "gone@mail.golden-agency.com",
        ("webhooks", "sendara", "/v1/webhooks"): "https://hooks.example.com/in",
        ("tokens", "mailersend", "/v1/token"): "first token",
    }
    for (function, dialect, path), text in shown.items():
        answer = load(function).call("GET", path, TOKENS[dialect])
        assert (answer.status, text in json.dumps(answer.json)) == (200, True), (path, answer.json)


def test_the_operator_exports_all_of_it(stored, load, monkeypatch):
    operator, now = load("operator"), datetime.fromisoformat(stored["moment"])
    monkeypatch.setattr(operator.app, "utc_now", lambda: now)
    parts: list[dict[str, Any]] = []
    while not parts or parts[-1]["next"]:
        after = {"after": parts[-1]["next"]} if parts else {}
        parts.append(operator({"action": "export_account", "account_id": stored["account_id"], **after}))

    assert {what: sum(len(part[what]) for part in parts) for what in EXPORTED} == EXPORTED
    assert {what: len(parts[0][what]) for what in ("tokens", "webhooks", "test_recipients")} == {
        "tokens": 3,
        "webhooks": 1,
        "test_recipients": 1,
    }


def test_a_deletion_finds_all_of_it(stored, load, monkeypatch):
    operator, now = load("operator"), datetime.fromisoformat(stored["moment"])
    monkeypatch.setattr(operator.app, "utc_now", lambda: now)
    given(operator, monkeypatch)
    event = {"action": "delete_account", "account_id": stored["account_id"], "confirm": "Golden Agency"}

    assert operator(event)["deleted"] is True

    client = connection().client
    left = {name: client.scan(TableName=name)["Items"] for name in resources(TABLE)}
    kept = {name for name, items in left.items() if any("#count" not in str(item) for item in items)}
    assert kept <= GOES_BY_ITSELF
