"""Suspending, limiting, exporting and deleting accounts, and issuing tokens, through the operator function."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.identities.identity import IdentityStatus
from letterhead.identities.settings import SettingsChange
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from tests.fakes.activities import message_sent
from tests.fakes.agency import Agency
from tests.fakes.deciding import decide
from tests.fakes.mail_provider import InMemoryProvider
from tests.fakes.mailing_agency import mailing
from tests.fakes.operators_provider import given
from tests.fakes.source_template import TABLE, resources


@pytest.fixture
def operator(load, tables):
    return load("operator")


@pytest.fixture
def provider(operator, monkeypatch) -> InMemoryProvider:
    """SES, as the function's domains know it."""
    return given(operator, monkeypatch)


@pytest.fixture
def agency(tables) -> Agency:
    return Agency()


def kept(text):
    return TokenTable("TokensTable").by_hash(secret.hash_of(text))


def kept_items() -> dict[str, list[str]]:
    """All items of all tables, but for counts and for the memory of who held a name, which outlives the account (a year)."""
    client = connection().client
    found = {name: client.scan(TableName=name)["Items"] for name in resources(TABLE) if name != "ClaimsTable"}
    return {
        name: sorted(str(item) for item in items if "#count" not in str(item))
        for name, items in found.items()
    }


def test_accounts_are_listed_and_shown(operator, agency):
    held = sorted([agency.account.account_id, Agency("rival").account.account_id])
    listed = operator({"action": "list_accounts"})
    assert [each["account_id"] for each in listed["accounts"]] == held
    assert listed["next"] is None
    later = operator({"action": "list_accounts", "after": held[0]})
    assert [each["account_id"] for each in later["accounts"]] == held[1:]
    shown = operator({"action": "show_account", "account_id": agency.account.account_id})
    assert shown in listed["accounts"]
    assert shown["owner_email"] == "owner@agency.com"


def test_a_long_list_of_accounts_goes_on_where_it_ended(operator, agency, monkeypatch):
    monkeypatch.setattr("letterhead.accounts.desk.ACCOUNTS_AT_ONCE", 2)
    held = sorted([agency.account.account_id, *(Agency(f"a{n}").account.account_id for n in range(2))])
    first = operator({"action": "list_accounts"})
    second = operator({"action": "list_accounts", "after": first["next"]})
    assert [each["account_id"] for each in first["accounts"] + second["accounts"]] == held
    assert second["next"] is None


def test_a_suspended_account_can_do_nothing_and_loses_nothing(operator, agency, load):
    account_id = agency.account.account_id
    held = {dialect: agency.token(dialect) for dialect in Dialect}
    tokens = load("tokens")
    paths = {
        Dialect.MAILERSEND: "/v1/token",
        Dialect.SENDARA: "/v1/keys",
        Dialect.SENDMAILOS: "/api/v1/api-keys",
    }

    for _ in range(2):  # twice is once
        answer = operator({"action": "suspend_account", "account_id": account_id})
        assert answer["suspended_at"] is not None
    refused = {dialect: tokens.call("GET", paths[dialect], held[dialect].text) for dialect in Dialect}
    assert {answer.status for answer in refused.values()} == {403}
    assert refused[Dialect.MAILERSEND].json == {"message": "Forbidden."}
    assert refused[Dialect.SENDARA].json["error"]["code"] == "forbidden"
    assert refused[Dialect.SENDMAILOS].json["code"] == "FORBIDDEN"

    for _ in range(2):
        answer = operator({"action": "resume_account", "account_id": account_id})
        assert answer["suspended_at"] is None
    for dialect in Dialect:
        assert tokens.call("GET", paths[dialect], held[dialect].text).status == 200


@pytest.mark.parametrize("call", range(6))
def test_a_suspension_that_broke_off_is_completed_by_the_next(operator, agency, dynamodb_faults, call):
    held = [agency.token(dialect) for dialect in Dialect]
    event = {"action": "suspend_account", "account_id": agency.account.account_id}
    dynamodb_faults.break_call(call)
    with pytest.raises(Exception, match="try again"):
        operator(event)
    dynamodb_faults.mend()
    assert operator(event)["suspended_at"] is not None
    assert all(kept(each.text).account_suspended for each in held)


def test_limits_are_on_the_account_and_on_all_its_tokens(operator):
    opened = operator(
        {"action": "create_account", "name": "A", "owner_email": "o@a.com", "limits": {"domains": 3}}
    )
    assert all(kept(text).limits.domains == 3 for text in opened["tokens"].values())
    changed = operator(
        {"action": "set_limits", "account_id": opened["account_id"], "limits": {"requests_per_minute": 60}}
    )
    assert changed["limits"] == {
        "sends_per_day": None,
        "requests_per_minute": 60,
        "domains": 3,
        "identities": None,
    }
    assert {kept(text).limits.requests_per_minute for text in opened["tokens"].values()} == {60}


@pytest.mark.parametrize("limits", [{}, {"limits": None}, {"limits": 3}])
def test_limits_that_are_not_said_are_not_changed(operator, agency, limits):
    event = {"action": "set_limits", "account_id": agency.account.account_id}
    operator(event | {"limits": {"sends_per_day": 500}})
    assert "limits" in operator(event | limits)["error"]
    assert operator(event | {"limits": {"domains": 3}})["limits"]["sends_per_day"] == 500
    assert operator(event | {"limits": {"sends_per_day": None}})["limits"]["sends_per_day"] is None


def test_a_token_can_be_issued_as_narrow_as_wanted(operator, agency):
    domain = agency.domain("client.com")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    answer = operator(
        {
            "action": "issue_token",
            "account_id": agency.account.account_id,
            "dialect": "sendara",
            "name": "client",
            "scopes": ["send"],
            "test_mode": True,
            "expires_at": ends.isoformat(),
            "domain_id": domain.domain_id,
            "allowed_networks": ["192.0.2.0/24"],
        }
    )
    made = kept(answer["token"])
    assert (made.scopes, made.test_mode, made.expires_at) == (frozenset({"send"}), True, ends)
    assert (made.domain_id, made.allowed_networks) == (domain.domain_id, ("192.0.2.0/24",))
    assert answer["token"] not in operator.log
    whole = operator(
        {"action": "issue_token", "account_id": agency.account.account_id, "dialect": "mailersend"}
    )
    assert len(kept(whole["token"]).scopes) == 32


WRONG = [
    ({}, "account_id"),
    ({"account_id": "0000000000000000", "dialect": "sendara"}, "no account"),
    ({"dialect": None}, "dialect"),
    ({"dialect": "smtp"}, "dialect"),
    ({"scopes": []}, "scopes"),
    ({"scopes": ["domains_full"]}, "scopes"),
    ({"dialect": "mailersend", "test_mode": True}, "test"),
    ({"expires_at": "2020-01-01"}, "expires_at"),
    ({"domain_id": "0000000000000000"}, "domain_id"),
    ({"identity_id": "0000000000000000"}, "identity_id"),
    ({"allowed_networks": ["nowhere"]}, "allowed_networks.0"),
    ({"unknown": 1}, "unknown"),
]


@pytest.mark.parametrize(("changes", "named"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_with_a_token_is_said(operator, agency, changes, named):
    whole = (
        {"account_id": agency.account.account_id, "dialect": "sendara"} if changes else {"dialect": "sendara"}
    )
    answer = operator({"action": "issue_token", **whole, **changes})
    assert set(answer) == {"error"}
    assert named in answer["error"]
    assert list(agency.tokens.of_account(agency.account.account_id)) == []


def test_a_suspended_account_gets_no_tokens(operator, agency):
    operator({"action": "suspend_account", "account_id": agency.account.account_id})
    event = {"action": "issue_token", "account_id": agency.account.account_id, "dialect": "sendara"}
    assert operator(event) == {"error": "the account is suspended"}


def furnished(name: str = "agency") -> Agency:
    agency = Agency(name)
    for number in range(2):
        domain = agency.domain(f"client{number}.{name}.com")
        identity = agency.identity(f"amy@client{number}.{name}.com", domain)
        agency.token(Dialect.SENDARA, domain_id=domain.domain_id)
        decide(agency.identities, identity, IdentityStatus.VERIFIED, datetime.now(UTC))
    agency.token(Dialect.MAILERSEND)
    chosen = SettingsChange({"success_message": f"Thanks from {name}"})
    IdentitySettingsTable("IdentitySettingsTable").change(agency.account.account_id, chosen)
    return agency


def test_a_deleted_account_leaves_nothing_of_its_own_and_all_of_the_others(operator, provider):
    furnished("rival")
    before = kept_items()
    agency = furnished()
    for domain in agency.domains.of_account(agency.account.account_id):
        provider.ensure_identity(domain.name, domain.domain_id, take_over=False)

    event = {"action": "delete_account", "account_id": agency.account.account_id, "confirm": "agency"}
    assert operator(event) == {"account_id": agency.account.account_id, "deleted": True}

    assert kept_items() == before
    assert agency.account.account_id not in str(kept_items())
    assert provider.identities == {}
    assert "no account" in operator(event)["error"]


def test_what_has_become_of_mail_goes_with_the_account_in_as_many_goes_as_it_takes(
    operator, provider, monkeypatch
):
    mailing(Agency("rival"))
    before = kept_items()
    agency = mailing(Agency("agency"))
    for number in range(40):
        at = datetime.now(UTC) - timedelta(days=number)
        message_sent(next(iter(agency.domains.of_account(agency.account.account_id))), at=at)
    monkeypatch.setattr("letterhead.adapters.tables.domain_history.MOST_AT_A_GO", 25)

    event = {"action": "delete_account", "account_id": agency.account.account_id, "confirm": "agency"}
    goes = 0
    while not (answer := operator(event))["deleted"]:
        assert answer["again_in_seconds"] == 1
        goes += 1
    assert 2 <= goes <= 10
    assert kept_items() == before
    assert agency.account.account_id not in str(kept_items())


@pytest.mark.parametrize("confirm", ["", "Agency", "agencyx", "rival", None, True])
def test_a_deletion_is_confirmed_by_the_accounts_name(operator, provider, confirm):
    agency = furnished()
    before = kept_items()
    event = {"action": "delete_account", "account_id": agency.account.account_id, "confirm": confirm}
    assert "confirm" in operator(event)["error"]
    assert kept_items() == before


def test_a_deletion_that_broke_off_anywhere_goes_on(operator, provider, dynamodb_faults):
    broken, done = 0, False
    while not done:
        agency = furnished(f"agency{broken}")
        event = {
            "action": "delete_account",
            "account_id": agency.account.account_id,
            "confirm": f"agency{broken}",
        }
        dynamodb_faults.break_call(broken)
        answer = operator(event)
        if answer.get("deleted") is False:
            assert answer["again_in_seconds"] > 0
            dynamodb_faults.mend()
            assert operator(event)["deleted"] is True
        else:
            done = answer.get("deleted") is True
        dynamodb_faults.mend()
        assert agency.account.account_id not in str(kept_items())
        broken += 5
    assert broken > 40


def test_a_deletion_waits_for_ses_and_its_tokens_are_dead_meanwhile(operator, provider):
    agency = furnished()
    held = agency.token(Dialect.SENDARA)
    provider.busy = True
    event = {"action": "delete_account", "account_id": agency.account.account_id, "confirm": "agency"}
    assert operator(event)["deleted"] is False
    assert kept(held.text) is None
    assert operator({"action": "resume_account", "account_id": agency.account.account_id}).keys() == {"error"}
    provider.busy = False
    assert operator(event)["deleted"] is True
