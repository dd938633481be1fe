"""What the functions have logged after a tour of everything: one JSON line each, found again, counted, and nobody's secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.test_identities import confirm, create, link_in
from tests.end_to_end.watching.measured import Watch

pytestmark = pytest.mark.end_to_end

# What the runtime itself writes (Lambda developer guide, "Log format").
PLATFORM = re.compile(r"^(START|END|REPORT|INIT_START) ")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
WORDS = {"subject": "Zebra-subject-5190", "text": "Quagga-text-7733", "personal_note": "Okapi-note-6621"}
DOMAIN = "mail.logged-one.com"
EXPECTED = {
    "Registrations": {"domain", "identity"},
    "Verifications": {"pending", "verified"},
    "Findings": {"zone_not_delegated"},
    "GateRefusals": {"sender"},
    "Events": {"domain.verified", "sender_identity.verified", "activity.sent", "activity.hard_bounced"},
    "WebhookDuration": {"retried"},
    "Refusals": {"unauthenticated", "not_found", "from_not_verified"},
    "Requests": {"2xx", "4xx"},
    "Duration": {"domains", "identities", "email"},
}


def tour(cloud: LocalCloud, account: Account) -> Iterator[str]:
    """Everything that is anybody's secret comes out of here, as it is made."""
    yield from account.tokens.values()
    registered = account.domain(DOMAIN)
    account.verify(DOMAIN)
    hook = {"endpoint_url": "http://127.0.0.1:9/in", "event_types": ["sent", "bounced"]}
    made = account.sendara("POST", "/v1/webhooks", hook)
    assert made.status == 201, made.text
    yield from (value for name, value in made.json.items() if "secret" in name and isinstance(value, str))
    cloud.publish(DOMAIN, registered["dns_records"])
    assert account.verify(DOMAIN)["fully_verified"]
    (domain,) = account.mailersend("GET", "/v1/domains").json["data"]

    note = {"add_note": True, "personal_note": WORDS["personal_note"]}
    identity = create(account, domain["id"], "amy@logged-client.com", **note)
    link = link_in(cloud, "amy@logged-client.com")
    yield link.rpartition("/")[2]
    assert confirm(cloud, link) == 200
    assert account.mailersend("GET", "/v1/identities/email/amy@logged-client.com").status == 200
    assert account.mailersend("GET", f"/v1/identities/{identity['id']}").status == 200
    body = {"channel": "email", "recipient": "gone@logged-client.com", "reason": "manual"}
    assert account.sendara("POST", "/v1/suppressions", body).status == 201
    for sender, status in ((f"news@{DOMAIN}", 202), ("news@not-ours.com", 422)):
        mail = {
            "from": {"email": sender},
            "to": [{"email": "bounce@simulator.amazonses.com"}],
            "subject": WORDS["subject"],
            "text": WORDS["text"],
        }
        assert account.mailersend("POST", "/v1/email", mail).status == status
    made = account.mailersend("POST", "/v1/token", {"name": "narrow", "scopes": ["domains_read"]})
    yield made.json["data"]["accessToken"]
    stranger = {"Authorization": "Bearer sk_live_nobodys0token0nobodys0token0nobodys0token0nobod"}
    assert (
        cloud.call("GET", f"{cloud.origin}/v1/domains/amy@logged-client.com", headers=stranger).status == 401
    )
    assert account.sendara("GET", "/v1/domains/not-registered.com").status == 404
    yield stranger["Authorization"].partition(" ")[2]


def metrics_in(lines: list[Mapping[str, Any]]) -> dict[str, set[str]]:
    """As CloudWatch reads the lines: each metric with the values of its dimensions."""
    found: dict[str, set[str]] = {}
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "letterhead"
            for metric in directive["Metrics"]:
                assert isinstance(line[metric["Name"]], int | float)
                values = {line[each] for dimensions in directive["Dimensions"] for each in dimensions}
                found.setdefault(metric["Name"], set()).update(values)
    return found


def test_a_tours_log_counts_everything_and_tells_nobodys_secret(cloud: LocalCloud, account: Account) -> None:
    watch = Watch(cloud)
    secrets = list(tour(cloud, account))

    def logged() -> list[Mapping[str, Any]]:
        return [json.loads(line) for line, _ in watch.lines() if not PLATFORM.match(line)]

    def counted(lines: list[Mapping[str, Any]]) -> bool:
        found = metrics_in(lines)
        return all(values <= found.get(name, set()) for name, values in EXPECTED.items())

    lines = cloud.until(logged, counted, seconds=90)

    text = "\n".join(line for line, _ in watch.lines())
    assert len(secrets) >= 6
    assert [secret for secret in (*secrets, *WORDS.values()) if secret in text] == []
    assert ADDRESS.findall(text) == []
    assert all({"level", "message", "service", "timestamp"} <= set(line) for line in lines)
    requests = [line for line in lines if line["message"].startswith("request") and "route" in line]
    assert all({"request", "method", "status", "milliseconds"} <= set(line) for line in requests)
    ours = [line for line in requests if line.get("account") == account.account_id]
    assert all({"dialect", "token"} <= set(line) for line in ours)
    of_the_domain = [line for line in ours if "{domain}" in line["route"] and line["status"] < 300]
    assert of_the_domain
    assert all(line["domain"] == DOMAIN for line in of_the_domain)
