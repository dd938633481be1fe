"""The access log through the origin, IAM enforced: off until turned on, then every function's calls, for its account alone."""

from __future__ import annotations

import pytest

from letterhead.http.routes import ROUTES
from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

# One call of each function that answers tokens, in MailerSend's words.
CALLS = {
    "domains": "/v1/domains",
    "domain_records": "/v1/domains/nowhere.com/records",
    "identities": "/v1/identities",
    "identity_settings": "/v1/identities/settings",
    "suppressions": "/v1/suppressions/blocklist",
    "tokens": "/v1/token",
    "email": "/v1/bulk-email/00000000000000000000000a",
    "schedules": "/v1/message-schedules",
    "templates": "/v1/templates",
    "account_settings": "/v1/settings",
    "activity": "/v1/messages",
    "logs": "/v1/logs",
    "webhooks": "/v1/webhooks",
}
# Those that only Sendara has.
SENDARAS = {"sandbox": "/v1/test-recipients"}


def test_there_is_a_call_for_every_function() -> None:
    assert {route.function for route in ROUTES if route.dialect} == set(CALLS | SENDARAS)


def test_every_functions_calls_are_in_the_log_once_it_is_on(cloud: LocalCloud, account: Account) -> None:
    account.mailersend("GET", "/v1/token")
    assert account.mailersend("GET", "/v1/logs").json["data"] == []
    assert account.sendara("PUT", "/v1/settings", {"api_logging": True}).json == {"api_logging": True}
    for path in CALLS.values():
        account.mailersend("GET", path)
    for path in SENDARAS.values():
        account.sendara("GET", path)

    listed = account.mailersend("GET", "/v1/logs?limit=100").json["data"]
    assert {call["endpoint"].split("/")[2] for call in listed} == {
        path.split("/")[2] for path in (CALLS | SENDARAS).values()
    }
    assert len(listed) == len(CALLS) + len(SENDARAS)
    assert all(call["ip_address"] and call["user_agent"] and call["duration_ms"] for call in listed)
    assert account.mailersend("GET", "/v1/logs?code=404").json["data"][0]["code"] == 404
    assert cloud.account("Rival").mailersend("GET", "/v1/logs").json["data"] == []


def test_a_client_of_the_agency_is_told_apart_by_its_token(cloud: LocalCloud, account: Account) -> None:
    account.sendmailos("PUT", "/api/v1/settings", {"api_logging": True})
    body = {"name": "client", "scopes": ["domains:read"]}
    made = account.sendmailos("POST", "/api/v1/api-keys", body).json["api_key"]
    client = {"Authorization": f"Bearer {made['key']}"}
    for query in ("", f"?api_key={made['key']}"):
        assert cloud.call("GET", f"{cloud.origin}/api/v1/domains{query}", headers=client).status == 200

    listed = account.sendmailos("GET", f"/api/v1/logs?token={made['id']}").json["logs"]
    assert [call["endpoint"] for call in listed] == ["/api/v1/domains"] * 2
    assert made["key"] not in str(listed)
    assert cloud.call("GET", f"{cloud.origin}/api/v1/logs", headers=client).status == 403
