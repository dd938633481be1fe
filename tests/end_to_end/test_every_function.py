"""What every function that answers tokens does by itself, IAM enforced: it notes a token's use, and carries a write out once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from letterhead import identifiers
from letterhead.activity.recipients import recipient_id_of
from letterhead.http.routes import ROUTES
from tests.end_to_end.conftest import Account, Answer, LocalCloud
from tests.end_to_end.test_access_log import CALLS, SENDARAS
from tests.fakes.source_template import FUNCTION, resources

pytestmark = pytest.mark.end_to_end

UNKNOWN = identifiers.from_number(7 << 60)
MAIL = {
    "from": {"email": "news@nowhere-at-all.com"},
    "to": [{"email": "rita@reader.example"}],
    "subject": "Hi",
    "text": "Hi",
}
# A harmless write of each function that takes idempotency keys; none can be answered without the function's own tables.
WRITES: dict[str, tuple[str, str, Any]] = {
    "domains": ("DELETE", f"/v1/domains/{UNKNOWN}", None),
    "identities": ("DELETE", "/v1/identities/email/nobody@nowhere-at-all.com", None),
    "identity_settings": ("PUT", "/v1/identities/settings", {"success_message": "Thank you."}),
    "tokens": ("DELETE", f"/v1/token/{UNKNOWN}", None),
    "account_settings": ("PUT", "/v1/settings", {"api_logging": False}),
    "email": ("POST", "/v1/email/explain", MAIL),
    "schedules": ("DELETE", f"/v1/message-schedules/{'0' * 23}a", None),
    "templates": ("DELETE", f"/v1/templates/{UNKNOWN}", None),
    "suppressions": ("POST", "/v1/suppressions/blocklist", {"recipients": ["gone@nowhere-at-all.com"]}),
    "activity": ("DELETE", f"/v1/recipients/{recipient_id_of(UNKNOWN, 'a@reader.example')}", None),
    "webhooks": ("DELETE", f"/v1/webhooks/{UNKNOWN}", None),
    "sandbox": ("DELETE", f"/v1/test-recipients/{identifiers.to_prefixed('rcpt', UNKNOWN)}", None),
}
# What a function needs for any call, before it comes to its own work.
ALWAYS_NEEDED = ("TokensTable", "LimitsTable", "IdempotencyTable", "AccessLogTable")


def test_every_function_that_takes_keys_is_tried() -> None:
    takers = {
        properties["CodeUri"].removeprefix("functions/")
        for properties in resources(FUNCTION).values()
        if "IDEMPOTENCY_TABLE" in properties.get("Environment", {}).get("Variables", {})
    }
    assert takers == set(WRITES)


@pytest.mark.parametrize("function", sorted(CALLS))
def test_a_call_is_noted_as_its_tokens_last_use(cloud: LocalCloud, account: Account, function: str) -> None:
    made = account.mailersend("POST", "/v1/token", {"name": function, "scopes": ["domains_read"]}).json[
        "data"
    ]
    shown = f"/v1/token/{made['id']}"
    assert account.mailersend("GET", shown).json["data"]["last_used"] is None

    headers = {"Authorization": f"Bearer {made['accessToken']}"}
    assert cloud.call("GET", cloud.origin + CALLS[function], headers=headers).status < 500

    assert account.mailersend("GET", shown).json["data"]["last_used"] is not None


@pytest.mark.parametrize("function", sorted(SENDARAS))
def test_a_call_is_noted_as_its_keys_last_use(cloud: LocalCloud, account: Account, function: str) -> None:
    made = account.sendara("POST", "/v1/keys", {"scope": "read", "test_mode": False}).json

    def noted() -> Any:
        listed = account.sendara("GET", "/v1/keys").json
        (key,) = (each for each in listed["keys"] if each["id"] == made["id"])
        return key["last_used"]

    assert noted() is None
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert cloud.call("GET", cloud.origin + SENDARAS[function], headers=headers).status == 200
    assert noted() is not None


@pytest.mark.parametrize("function", sorted(WRITES))
def test_a_key_is_free_again_after_a_failure_and_kept_after_an_answer(
    cloud: LocalCloud, account: Account, function: str
) -> None:
    method, path, body = WRITES[function]
    dialect = "sendara" if function in SENDARAS else "mailersend"
    assert any(route.function == function and route.method == method for route in ROUTES)
    headers = {"Authorization": f"Bearer {account.tokens[dialect]}", "Idempotency-Key": f"once-{function}"}

    def write() -> Answer:
        return cloud.call(method, cloud.origin + path, body, headers)

    with _at_a_loss(cloud, function):
        failed = write()
    first, second = write(), write()

    assert failed.status >= 500, failed.text
    assert first.status < 500, first.text
    assert "Idempotency-Replayed" not in first.headers
    assert first.status != 409, first.text
    assert (second.status, second.content) == (first.status, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"


@contextmanager
def _at_a_loss(cloud: LocalCloud, function: str) -> Iterator[None]:
    """A function that may do nothing but what comes before its own work, while this lasts."""
    iam, logical_id = cloud.aws("iam"), f"{function.title().replace('_', '')}FunctionRole"
    pages = iam.get_paginator("list_roles").paginate()
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    (role,) = (name for name in names if f"-{logical_id}-" in name)
    whole = {
        policy: iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    try:
        for policy, document in whole.items():
            _put(iam, role, policy, document | {"Statement": list(_of_any_call(document["Statement"]))})
        yield
    finally:
        for policy, document in whole.items():
            _put(iam, role, policy, document)


def _of_any_call(statements: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What statements allow on the tables of `ALWAYS_NEEDED`; never an empty list, which is no policy."""
    yield {"Effect": "Deny", "Action": "none:None", "Resource": "*"}
    for statement in statements:
        listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        kept = [each for each in listed if any(f"-{table}-" in each for table in ALWAYS_NEEDED)]
        if kept:
            yield statement | {"Resource": kept}


def _put(iam: Any, role: str, policy: str, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
