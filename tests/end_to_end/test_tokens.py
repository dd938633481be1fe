"""Tokens through the origin: made narrow, rotated, paused, ended; and accounts that the operator suspends and deletes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from local.checkout import CLOUD
from tests.end_to_end.conftest import CHECKOUT, ROOT, Account, Answer, LocalCloud
from tests.end_to_end.test_identities import create
from tests.end_to_end.test_permissions import without

pytestmark = pytest.mark.end_to_end


def asked(cloud: LocalCloud, text: str, method: str, path: str, body: Any = None) -> Answer:
    return cloud.call(method, cloud.origin + path, body, {"Authorization": f"Bearer {text}"})


def operate(cloud: LocalCloud, **event: Any) -> dict[str, Any]:
    answer = cloud.call("POST", f"{cloud.control}/run/operator", event)
    assert answer.status == 200, answer.text
    return answer.json


def all_accounts(cloud: LocalCloud) -> list[str]:
    """The ids of all accounts, page by page."""
    found, page = [], {"next": None}
    while True:
        page = operate(cloud, action="list_accounts", **({"after": page["next"]} if page["next"] else {}))
        found += [each["account_id"] for each in page["accounts"]]
        if page["next"] is None:
            return found


def test_a_client_gets_a_token_for_its_domain_that_ends_with_it(cloud: LocalCloud, account: Account) -> None:
    mine = account.verified_domain("client.tokens-one.com")
    account.verified_domain("other.tokens-two.com")
    body = {"name": "client", "domain_id": mine["id"], "scopes": ["domains_read", "tokens_full"]}
    made = account.mailersend("POST", "/v1/token", body)
    assert made.status == 200, made.text
    token = made.json["data"]
    assert token["domain"]["name"] == "client.tokens-one.com"
    text = token["accessToken"]

    listed = asked(cloud, text, "GET", "/v1/domains")
    assert [domain["name"] for domain in listed.json["data"]] == ["client.tokens-one.com"]
    assert [each["id"] for each in asked(cloud, text, "GET", "/v1/token").json["data"]] == [token["id"]]
    wider = asked(
        cloud, text, "POST", "/v1/token", {"name": "x", "scopes": ["email_full"], "domain_id": None}
    )
    assert list(wider.json["errors"]) == ["scopes"]
    assert asked(cloud, text, "POST", "/v1/domains", {"name": "third.tokens-one.com"}).status == 403

    assert account.sendara("DELETE", "/v1/domains/client.tokens-one.com").status == 204
    assert asked(cloud, text, "GET", "/v1/domains").status == 401
    assert account.mailersend("GET", f"/v1/token/{token['id']}").status == 404


def test_a_client_gets_a_token_for_its_identity(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("mail.tokens-three.com")
    ids = []
    for number in range(2):
        body = {"domain_id": domain["id"], "email": f"c{number}@tokens-client.com", "name": "C"}
        ids.append(account.mailersend("POST", "/v1/identities", body).json["data"]["id"])
    body = {"name": "c0", "identity_id": ids[0], "scopes": ["sender_identity_full"]}
    text = account.mailersend("POST", "/v1/token", body).json["data"]["accessToken"]

    assert [each["id"] for each in asked(cloud, text, "GET", "/v1/identities").json["data"]] == [ids[0]]
    other = asked(cloud, text, "GET", f"/v1/identities/{ids[1]}")
    unknown = asked(cloud, text, "GET", "/v1/identities/0000000000000000")
    assert (
        (other.status, other.json)
        == (unknown.status, unknown.json)
        == (404, {"message": "Resource not found."})
    )
    assert account.mailersend("DELETE", f"/v1/identities/{ids[0]}").status == 200
    assert asked(cloud, text, "GET", "/v1/identities").status == 401


def test_a_key_is_rotated_with_an_overlap_and_deleted(cloud: LocalCloud, account: Account) -> None:
    made = account.sendara("POST", "/v1/keys", {"scope": "admin", "test_mode": False})
    assert made.status == 201, made.text
    old, path = made.json["key"], f"/v1/keys/{made.json['id']}"
    rotated = account.sendara("POST", f"{path}/rotate", {"overlap_seconds": 60})
    new = rotated.json["key"]
    assert [asked(cloud, text, "GET", "/v1/domains").status for text in (old, new)] == [200, 200]
    assert asked(cloud, old, "POST", f"{path}/rotate").status == 403
    again = asked(cloud, new, "POST", f"{path}/rotate").json["key"]
    assert [asked(cloud, text, "GET", "/v1/domains").status for text in (old, new, again)] == [401, 401, 200]
    assert account.sendara("DELETE", path).status == 204
    assert asked(cloud, again, "GET", "/v1/domains").status == 401


def test_a_test_key_changes_nothing_outside(cloud: LocalCloud, account: Account) -> None:
    key = account.sendara("POST", "/v1/keys", {"scope": "admin", "test_mode": True}).json["key"]
    assert key.startswith("sk_test_")
    assert asked(cloud, key, "GET", "/v1/domains").status == 200
    refused = asked(cloud, key, "POST", "/v1/domains", {"domain": "x.tokens-four.com"})
    assert refused.status == 403
    assert refused.json["error"]["code"] == "forbidden"


def test_a_paused_token_and_one_for_another_network_are_refused(cloud: LocalCloud, account: Account) -> None:
    body = {"name": "x", "scopes": ["domains_read"]}
    made = account.mailersend("POST", "/v1/token", body).json["data"]
    account.mailersend("PUT", f"/v1/token/{made['id']}/settings", {"status": "pause"})
    assert asked(cloud, made["accessToken"], "GET", "/v1/domains").json == {"message": "Forbidden."}
    far = account.mailersend("POST", "/v1/token", body | {"allowed_networks": ["198.51.100.0/24"]}).json[
        "data"
    ]
    near = account.mailersend("POST", "/v1/token", body | {"allowed_networks": ["127.0.0.0/8", "::1"]}).json[
        "data"
    ]
    assert asked(cloud, far["accessToken"], "GET", "/v1/domains").status == 403
    assert asked(cloud, near["accessToken"], "GET", "/v1/domains").status == 200


def test_sendmailos_keys_are_made_and_listed(cloud: LocalCloud, account: Account) -> None:
    body = {"name": "client", "workspace_id": "ws", "scopes": ["domains:read"]}
    made = account.sendmailos("POST", "/api/v1/api-keys", body)
    assert made.status == 201, made.text
    key = made.json["api_key"]
    assert asked(cloud, key["key"], "GET", "/api/v1/domains").json == {"success": True, "domains": []}
    listed = account.sendmailos("GET", "/api/v1/api-keys").json["api_keys"]
    assert key["id"] in [each["id"] for each in listed]
    assert next(each for each in listed if each["id"] == key["id"])["last_used"] is not None
    assert account.sendmailos("DELETE", f"/api/v1/api-keys/{key['id']}").json == {"success": True}


def test_the_operator_suspends_resumes_exports_and_deletes_an_account(cloud: LocalCloud) -> None:
    account = cloud.account("Leaving Agency")
    account.verified_domain("mail.tokens-leaving.com")
    mail = {
        "destination": {"email": "rita@reader.example"},
        "payload": {"subject": "Hi", "body_text": "Hi"},
        "metadata": {"from_email": "news@mail.tokens-leaving.com"},
    }
    sent = account.sendara("POST", "/v1/send", mail).json["id"]
    cloud.until(
        lambda: account.sendara("GET", f"/v1/messages/{sent}").json["status"],
        lambda status: status == "delivered",
    )
    known = {"account_id": account.account_id}
    operate(cloud, action="suspend_account", **known)
    assert account.sendara("GET", "/v1/domains").status == 403
    operate(cloud, action="resume_account", **known)
    assert account.sendara("GET", "/v1/domains").status == 200
    parts = [operate(cloud, action="export_account", **known)]
    while parts[-1]["next"] is not None:
        parts.append(operate(cloud, action="export_account", after=parts[-1]["next"], **known))
    sections = ("domains", "messages", "activities", "recipients", "counts", "events")
    found = {what: [each for part in parts for each in part[what]] for what in sections}
    assert [domain["name"] for domain in found["domains"]] == ["mail.tokens-leaving.com"]
    assert not any(text in json.dumps(parts) for text in account.tokens.values())
    assert [message["recipients"] for message in found["messages"]] == [["rita@reader.example"]]
    assert {each["type"] for each in found["activities"]} >= {"sent", "delivered"}
    assert "rita@reader.example" in {each["address"] for each in found["recipients"]}
    assert found["counts"]
    assert "domain.verified" in {each["type"] for each in found["events"]}
    assert known["account_id"] in all_accounts(cloud)

    assert "confirm" in operate(cloud, action="delete_account", confirm="leaving agency", **known)["error"]
    assert operate(cloud, action="delete_account", confirm="Leaving Agency", **known)["deleted"] is True
    assert account.sendara("GET", "/v1/domains").status == 401
    assert "no account" in operate(cloud, action="show_account", **known)["error"]


def test_an_account_has_no_more_domains_than_its_limit(cloud: LocalCloud) -> None:
    body = {"name": "Small", "owner_email": "o@small.com", "limits": {"domains": 1}}
    made = cloud.call("POST", f"{cloud.control}/accounts", body).json
    text = made["tokens"]["sendara"]
    assert asked(cloud, text, "POST", "/v1/domains", {"domain": "one.tokens-small.com"}).status == 201
    refused = asked(cloud, text, "POST", "/v1/domains", {"domain": "two.tokens-small.com"})
    assert (refused.status, refused.json["error"]["code"]) == (409, "limit_reached")


def test_make_account_prints_an_accounts_tokens(cloud: LocalCloud) -> None:
    command = [
        sys.executable,
        "-m",
        "tools.operate",
        "create_account",
        "name=By Hand",
        "owner_email=o@hand.com",
    ]
    environment = os.environ | {CLOUD: CHECKOUT.cloud}
    environment.pop("STACK", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    text = json.loads(done.stdout)["tokens"]["mailersend"]
    assert asked(cloud, text, "GET", "/v1/token").status == 200
    assert "this once" in done.stderr


def test_the_operator_makes_a_token_for_a_domain_and_one_for_an_identity(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("client.tokens-nine.com")
    identity = create(account, domain["id"], "amy@tokens-nine-client.com")
    ids = {each["id"] for each in account.mailersend("GET", "/v1/domains").json["data"]}
    made = {
        restriction: operate(
            cloud,
            action="issue_token",
            account_id=account.account_id,
            dialect="mailersend",
            name=restriction,
            scopes=["tokens_full"],
            **{restriction: restricted_to},
        )
        for restriction, restricted_to in (("domain_id", ids.pop()), ("identity_id", identity["id"]))
    }
    assert not any("error" in each for each in made.values()), made
    for each in made.values():
        listed = asked(cloud, each["token"], "GET", "/v1/token").json["data"]
        assert each["token_id"] in {one["id"] for one in listed}


def test_no_token_is_made_while_a_suspension_has_not_reached_all_tokens(
    cloud: LocalCloud, account: Account
) -> None:
    with without(cloud, "OperatorFunction", "dynamodb:Query"):
        answer = cloud.call(
            "POST",
            f"{cloud.control}/run/operator",
            {"action": "suspend_account", "account_id": account.account_id},
        )
        assert answer.status >= 400 or "error" in answer.text
    body = {"name": "late", "scopes": ["domains_read"]}
    assert account.mailersend("POST", "/v1/token", body).status == 403
    assert operate(cloud, action="resume_account", account_id=account.account_id)["suspended_at"] is None
    assert account.mailersend("POST", "/v1/token", body).status == 200
