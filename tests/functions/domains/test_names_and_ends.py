"""Names that change hands, domains that are deleted, and what completes by itself: over HTTP, with SES and DNS."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.identity import IdentityDomain
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.kept_tokens import keep
from tests.fakes.sender_identities import identity

NAME = "mail.acme.com"
EVENT = json.loads((Path(__file__).parents[3] / "events" / "domain_completion.json").read_text())


# --- what can't be read -----------------------------------------------------------------------------------------------


def spoilt(account, name: str = NAME) -> None:
    """Have a domain's item say what nobody knows."""
    boto3.resource("dynamodb").Table("DomainsTable").update_item(
        Key={"account_id": account.account_id, "name": name},
        UpdateExpression="SET ownership = :odd",
        ExpressionAttributeValues={":odd": "half-way"},
    )


@pytest.mark.parametrize("by", ["domain", "id"])
def test_a_domain_that_cannot_be_read_is_deleted_all_the_same(domains, mine, theirs, by):
    domains.register(mine, "mail.other.com")
    made = domains.verified(mine)
    spoilt(mine)

    assert [one["domain"] for one in domains.list(mine)] == ["mail.other.com"]
    shown = domains.show(mine, NAME)
    assert (shown.status, shown.json["error"]["code"]) == (500, "internal")
    line = domains.function.lines[-1]
    assert (line["error"], line["domain"], line["account"]) == (
        "UnreadableDomainError",
        NAME,
        mine.account_id,
    )
    assert domains.show(theirs, NAME).status == 404
    assert domains.delete(theirs, NAME).status == 404

    assert domains.delete(mine, made[by]).status == 204
    assert domains.show(mine, NAME).status == 404
    assert set(domains.outside.identities) == {"mail.other.com"}
    assert domains.register(mine).status == 201


def test_to_a_token_of_another_domain_it_is_unknown(domains, mine):
    made = domains.register(mine).json
    other = identifiers.from_prefixed("dom", domains.register(mine, "mail.other.com").json["id"])
    spoilt(mine)
    path = f"/v1/domains/{NAME}"
    of_another = restricted(mine, domain_id=other)
    assert domains.function.call("GET", path, of_another).status == 404
    assert domains.function.call("DELETE", path, of_another).status == 404
    own = restricted(mine, domain_id=identifiers.from_prefixed("dom", made["id"]))
    assert domains.function.call("DELETE", path, own).status == 204


def restricted(account, **restriction: str) -> str:
    now = datetime.now(UTC)
    made = issue(
        token_id=identifiers.new_id(now),
        account_id=account.account_id,
        dialect=Dialect.SENDARA,
        name="restricted",
        scopes=SCOPES[Dialect.SENDARA],
        now=now,
        **restriction,
    )
    keep(made.token)
    return made.text


# --- ownership --------------------------------------------------------------------------------------------------------


def test_a_second_account_reads_and_changes_nothing_until_it_proves_the_name(domains, mine, theirs):
    made = domains.verified(theirs)
    before = domains.outside.identities[NAME]
    tags, mail_from, verification = dict(before.tags), before.mail_from, before.verification
    contested = domains.register(mine).json

    assert [record["type"] for record in contested["dns_records"]] == ["MX", "TXT", "TXT"]
    for _ in range(2):
        checked = domains.verify(mine, NAME).json
        assert checked["fully_verified"] is False
        assert checked["results"][-1]["field"] == "ownership_status"
    domains.delete(mine, NAME)
    identity = domains.outside.identities[NAME]
    assert (identity.tags, identity.mail_from, identity.verification) == (tags, mail_from, verification)
    assert domains.verify(theirs, NAME).json["fully_verified"] is True
    assert domains.show(theirs, NAME).json["ownership_challenge"] == made["ownership_challenge"]


def test_proof_moves_the_name_in_the_same_call(domains, mine, theirs):
    made = domains.verified(theirs)
    contested = domains.register(mine).json
    domains.publish("acme.com", made["dns_records"], contested["ownership_challenge"])
    checked = domains.verify(mine, NAME).json

    assert [row["field"] for row in checked["results"]][-1] == "ownership_status"
    assert (checked["fully_verified"], len(checked["results"])) == (True, 7)
    lost = domains.show(theirs, NAME).json
    assert (lost["can_send"], lost["fully_verified"], len(lost["dns_records"])) == (False, False, 3)
    assert lost["ownership_lost_at"]
    assert lost["ownership_challenge"]["value"] != made["ownership_challenge"]["value"]
    tag = domains.outside.identities[NAME].tags["letterhead:domain"]
    assert identifiers.to_prefixed("dom", tag) == contested["id"]


def test_a_name_changes_hands_at_most_once_for_each_proof(domains, mine, theirs):
    made = domains.verified(theirs)
    contested = domains.register(mine).json
    domains.publish(
        "acme.com", made["dns_records"], contested["ownership_challenge"], made["ownership_challenge"]
    )
    domains.verify(mine, NAME)
    domains.verify(theirs, NAME)

    assert domains.show(mine, NAME).json["can_send"] is True
    assert domains.show(theirs, NAME).json["can_send"] is False


def test_ses_in_trouble_after_a_proof_leaves_the_name_moved_and_the_rest_to_be_done(
    domains, mine, theirs, no_pauses
):
    made = domains.verified(theirs)
    contested = domains.register(mine).json
    domains.publish("acme.com", made["dns_records"], contested["ownership_challenge"])
    domains.outside.fail_next("TagResource", "TooManyRequestsException", times=2)
    assert domains.verify(mine, NAME).status == 503
    assert domains.show(theirs, NAME).json["can_send"] is False

    assert domains.verify(mine, NAME).json["fully_verified"] is True


# --- deletion ---------------------------------------------------------------------------------------------------------


def test_a_deleted_domain_leaves_nothing_but_the_memory_of_its_holder(domains, mine, theirs):
    domains.verified(mine)
    answer = domains.delete(mine, NAME)

    assert (answer.status, answer.text) == (204, "")
    assert domains.delete(mine, NAME).status == 404
    assert domains.show(mine, NAME).status == 404
    assert domains.list(mine) == []
    assert domains.outside.identities == {}
    assert domains.register(theirs).json["ownership_challenge"]["status"] == "pending"


def test_a_domain_is_deleted_with_its_identities(domains, mine):
    made = domains.verified(mine)
    store = DomainTable("DomainsTable", ClaimTable("ClaimsTable"))
    domain = store.by_name(mine.account_id, NAME)
    identities = IdentityTable("IdentitiesTable")
    kept = [
        identity(f"a{n}@x.com", seconds=n, account_id=mine.account_id, domain=IdentityDomain.of(domain))
        for n in range(3)
    ]
    for one in kept:
        identities.add(one)
    domains.delete(mine, made["id"])

    assert [identities.by_id(mine.account_id, one.identity_id) for one in kept] == [None] * 3


@pytest.mark.parametrize("operation", ["GetEmailIdentity", "DeleteEmailIdentity"])
def test_a_deletion_that_ses_broke_off_goes_on_when_it_is_asked_again(domains, mine, no_pauses, operation):
    domains.verified(mine)
    domains.outside.fail_next(operation, "TooManyRequestsException", times=2)
    assert domains.delete(mine, NAME).status == 503
    assert domains.show(mine, NAME).status == 404
    assert domains.list(mine) == []

    assert domains.delete(mine, NAME).status == 204
    assert domains.outside.identities == {}


def test_a_deletion_that_dynamodb_broke_off_goes_on_when_it_is_asked_again(domains, mine, dynamodb_faults):
    broken = 0
    for call in range(1, 30):
        domains.register(mine)
        dynamodb_faults.break_call(call)
        answer = domains.delete(mine, NAME)
        reached = len(dynamodb_faults.calls) > call
        dynamodb_faults.mend()
        if answer.status == 503:
            broken += 1
            assert domains.delete(mine, NAME).status == 204
        assert domains.outside.identities == {}
        assert domains.list(mine) == []
        if not reached:
            break
    assert broken > 5


# --- what completes by itself -----------------------------------------------------------------------------------------


def go_on(domains) -> list[str]:
    """Hand the queue's requests to the function, as Lambda does; answers those that have to come again."""
    records = domains.queue.receive()
    assert records
    return [each["itemIdentifier"] for each in domains.completing({"Records": records})["batchItemFailures"]]


def about(account, domain_id: str) -> dict:
    """The event of one request that comes to the function."""
    (record,) = EVENT["Records"]
    body = json.loads(record["body"]) | {"account_id": account.account_id, "domain_id": domain_id}
    return {"Records": [record | {"body": json.dumps(body)}]}


@pytest.fixture
def without_delay(monkeypatch):
    monkeypatch.setattr("letterhead.adapters.completion_queue._DELAY_SECONDS", 0)


@pytest.fixture
def looks_back_at_once(domains, monkeypatch):
    monkeypatch.setattr("letterhead.adapters.completion_queue.LOOK_BACK_SECONDS", 0)
    monkeypatch.setattr(domains.completing.app, "LOOK_BACK_SECONDS", 0)


def test_a_registration_that_ses_throttled_completes_by_itself(domains, mine, no_pauses, without_delay):
    domains.outside.throttle(60)
    assert domains.register(mine).status == 503
    assert len(go_on(domains)) == 1
    domains.outside.throttle(0)
    (request,) = domains.completing.lines
    assert (request["message"], request["error"]) == ("waits", "ProviderBusyError")

    domain_id = identifiers.from_prefixed("dom", domains.show(mine, NAME).json["id"])
    assert domains.completing(about(mine, domain_id)) == {"batchItemFailures": []}
    assert len(domains.show(mine, NAME).json["dns_records"]) == 6
    assert domains.register(mine).status == 201  # the answer that was missed
    assert domains.register(mine).status == 409


def test_a_deletion_that_ses_throttled_completes_by_itself(domains, mine, no_pauses, without_delay):
    domains.verified(mine)
    domains.outside.fail_next("DeleteEmailIdentity", "TooManyRequestsException", times=2)
    assert domains.delete(mine, NAME).status == 503

    assert len(go_on(domains)) == 1  # that comes again, to look back
    assert domains.outside.identities == {}
    assert domains.completing.lines[-1]["became"] == "deleted"


@pytest.mark.parametrize("throttled", [False, True])
def test_what_somebody_makes_at_ses_while_a_domain_goes_is_removed_minutes_later(
    domains, mine, no_pauses, without_delay, looks_back_at_once, throttled
):
    domains.verified(mine)
    ((_, found),) = domains.outside.identities.items()
    domain_id = found.tags["letterhead:domain"]
    if throttled:
        domains.outside.fail_next("DeleteEmailIdentity", "TooManyRequestsException", times=2)
        assert domains.delete(mine, NAME).status == 503
        assert len(go_on(domains)) == 1
    else:
        assert domains.delete(mine, NAME).status == 204
    domains.completing.app.parts["provider"].ensure_identity(NAME, domain_id, take_over=False)

    assert go_on(domains) == []
    assert domains.outside.identities == {}
    assert domains.completing.lines[-1]["became"] == "gone"


def test_what_ses_still_has_of_a_domain_that_is_gone_is_removed(domains, mine):
    domain_id = identifiers.new_id(datetime.now(UTC))
    domains.completing.app.parts["provider"].ensure_identity(NAME, domain_id, take_over=False)
    event = about(mine, domain_id)
    (record,) = event["Records"]
    record["body"] = json.dumps(json.loads(record["body"]) | {"name": "other.com"})
    assert domains.completing(event) == {"batchItemFailures": []}
    assert set(domains.outside.identities) == {NAME}

    record["body"] = json.dumps(json.loads(record["body"]) | {"name": NAME})
    assert domains.completing(event) == {"batchItemFailures": []}
    assert domains.outside.identities == {}
    assert domains.completing.lines[-1]["became"] == "gone"


def test_a_request_about_a_domain_that_is_gone_is_done(domains, mine):
    event = about(mine, identifiers.new_id(datetime.now(UTC)))

    assert domains.completing(event) == {"batchItemFailures": []}
    assert domains.completing.lines[-1]["became"] == "gone"
