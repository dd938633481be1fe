"""Exporting an account through the operator function: everything but secrets, in parts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from letterhead import identifiers
from letterhead.accounts import exporting
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.identities.identity import IdentityStatus
from letterhead.identities.settings import SettingsChange
from letterhead.messages.warm_up import WarmUp
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.endpoint import Endpoint
from tests.fakes.agency import Agency
from tests.fakes.deciding import decide
from tests.fakes.mailing_agency import mailing


@pytest.fixture
def operator(load, tables):
    return load("operator")


@pytest.fixture
def agency(tables) -> Agency:
    return Agency()


def exported(operator, agency: Agency) -> list[dict]:
    """All parts of an export."""
    event, parts, following = {"action": "export_account", "account_id": agency.account.account_id}, [], None
    while following is not None or not parts:
        parts.append(operator({**event, "after": following}))
        following = parts[-1]["next"]
    return parts


def test_an_export_has_everything_but_secrets(operator, agency, monkeypatch):
    monkeypatch.setitem(exporting.AT_ONCE, "identities", 2)
    monkeypatch.setitem(exporting.AT_ONCE, "domains", 1)
    domain = agency.domain("client.com")
    agency.domain("second.com")
    held = agency.token(Dialect.SENDARA, domain_id=domain.domain_id)
    made = [agency.identity(f"amy{number}@client.com", domain) for number in range(3)]
    rival = Agency("rival")
    rival.identity("x@rival.com", rival.domain("rival.com"))
    endpoints = EndpointTable("EndpointsTable")
    for owner in (agency, rival):
        endpoints.add(endpoint(owner.account.account_id), 0)

    chosen = SettingsChange({"success_message": "Thanks from us"})
    IdentitySettingsTable("IdentitySettingsTable").change(agency.account.account_id, chosen)

    parts = exported(operator, agency)

    first, text = parts[0], json.dumps(parts)
    assert first["name"] == "agency"
    assert [each["preview"] for each in first["tokens"]] == [held.token.preview]
    assert [each["url"] for each in first["webhooks"]] == ["https://hooks.agency.example/in"]
    assert [each["name"] for part in parts for each in part["domains"]] == ["client.com", "second.com"]
    assert [each["identity_id"] for part in parts for each in part["identities"]] == [
        each.identity_id for each in made
    ]
    assert first["identity_settings"]["success_message"] == "Thanks from us"
    assert not any(part["identity_settings"] or part["tokens"] or part["webhooks"] for part in parts[1:])
    assert held.text not in text
    assert held.token.token_hash not in text
    assert "sealed" not in text
    assert "rival" not in text


def endpoint(account_id: str) -> Endpoint:
    now = datetime.now(UTC)
    of_it = identifiers.new_id(now)
    return Endpoint(
        account_id,
        of_it,
        Dialect.SENDARA,
        "https://hooks.agency.example/in",
        (),
        b"sealed",
        "whpk_x",
        now,
        now,
    )


def test_an_export_goes_on_with_what_there_is_for_mail(operator, agency, monkeypatch):
    for what in exporting.AT_ONCE:
        monkeypatch.setitem(exporting.AT_ONCE, what, 2)
    monkeypatch.setattr(exporting, "DOMAINS_AT_ONCE", 1)
    agency = mailing(agency)
    mailing(Agency("rival"))

    parts = exported(operator, agency)

    assert [each["email"]["local"] for each in parts[0]["test_recipients"]] == ["ben"]
    found = {what: [each for part in parts for each in part[what]] for what in exporting.AT_ONCE}
    numbers = {what: len(each) for what, each in found.items()}
    assert numbers == {
        "domains": 1,
        "identities": 0,
        "templates": 3,
        "suppressions": 4,
        "messages": 4,
        "activities": 4,
        "counts": 2,
        "recipients": 4,
        "events": numbers["events"],
    }
    assert {(each["key"]["list"], each["key"]["subject"]) for each in found["suppressions"]} == {
        ("hard_bounces", "bo0@customer.example"),
        ("hard_bounces", "bo1@customer.example"),
        ("unsubscribes", "bo0@customer.example"),
        ("blocklist", "*@customer.example"),
    }
    mailed = {*(f"person{number}@agency.example" for number in range(3)), "owner@own.example"}
    assert {each["recipient"] for each in found["activities"]} == mailed
    assert {each["address"] for each in found["recipients"]} == mailed
    assert sum(sum(each["totals"].values()) for each in found["counts"]) == 4
    assert "rival" not in json.dumps(parts)


def test_an_export_has_what_the_account_was_told(operator, agency, monkeypatch):
    monkeypatch.setitem(exporting.AT_ONCE, "events", 1)
    identity = agency.identity("amy@client.com", agency.domain("client.com"))
    decide(agency.identities, identity, IdentityStatus.VERIFIED, datetime.now(UTC))

    events = [each for part in exported(operator, agency) for each in part["events"]]

    assert [each["type"] for each in events] == ["sender_identity.verified"]


def test_an_export_names_the_domains_that_it_cannot_read(operator, agency):
    agency.domain("client.com")
    agency.domain("odd.com")
    key = {"account_id": {"S": agency.account.account_id}, "name": {"S": "odd.com"}}
    spoilt = {"TableName": "DomainsTable", "Key": key, "UpdateExpression": "REMOVE registration"}
    connection().client.update_item(**spoilt)

    parts = exported(operator, agency)

    assert parts[0]["unreadable_domains"] == ["odd.com"]
    assert [each["name"] for part in parts for each in part["domains"]] == ["client.com"]


@pytest.mark.parametrize(
    "after", ["nonsense", ":", "messages:zzz", "suppressions:zzz", "tokens:", "counts:0:1", "domains:;"]
)
def test_an_export_goes_on_behind_what_it_has_named_and_nothing_else(operator, agency, after):
    event = {"action": "export_account", "account_id": agency.account.account_id, "after": after}
    assert "after" in operator(event)["error"]


@pytest.mark.parametrize("section", ["activities", "counts", "recipients"])
@pytest.mark.parametrize("inner", ["", ":"])
def test_an_export_named_behind_anothers_domain_has_nothing_of_the_others(operator, agency, section, inner):
    mailing(agency)
    rival = mailing(Agency("rival"))
    (domain,) = (each["domain_id"] for part in exported(operator, rival) for each in part["domains"])
    own = [each for part in exported(operator, agency) for each in part[section]]
    event = {"action": "export_account", "account_id": agency.account.account_id}
    for owner in (domain, rival.account.account_id):
        part = operator({**event, "after": f"{section}:{owner}{inner}"})
        assert all(each in own for each in part[section])


def test_a_domain_that_warms_up_is_exported_with_its_day(operator, agency):
    agency.domains.note_warm_up(agency.domain("client.com"), WarmUp(50, date(2026, 6, 14)))
    (domain,) = (domain for part in exported(operator, agency) for domain in part["domains"])
    assert domain["warm_up"] == {"allowance": 50, "day": "2026-06-14"}
