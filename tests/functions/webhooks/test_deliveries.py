"""From an event to the endpoints' programs and back into what can be looked at."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
import svix.webhooks

from letterhead.adapters.tables.endpoints import EndpointItem
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.outbox.event import EventType
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.circuit import Streaks
from tests.fakes.receiver import receiver
from tests.fakes.webhook_endpoints import StoredEndpoints
from tests.functions.webhooks.conftest import shown_deliveries, sqs_event

HOUR = timedelta(hours=1)


def standard(made, got):
    """What the official verifiers make of a request; both have to take it."""
    headers = {name.lower(): value for name, value in got.headers.items()}
    told = standardwebhooks.Webhook(made["standard_secret"]).verify(got.body, headers)
    svix.webhooks.Webhook(made["standard_secret"]).verify(got.body, headers)
    return told


def own_secret(made):
    return made.get("secret") or made["signing_secret"]


def signature(secret, signed):
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("dialect", list(Dialect))
def test_an_event_reaches_an_endpoint_and_both_official_verifiers_take_it(stack, program, dialect):
    made = stack.create(dialect, program.url)
    stack.happen()
    stack.spread()
    assert stack.attempts() == 1
    standard(made, program.last)
    (delivery,) = shown_deliveries(stack, dialect, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("delivered", 1)
    assert delivery["response_status"] == 200
    assert program.last.headers["webhook-id"] == delivery["event_id"]


def test_each_dialect_has_its_own_signature_and_shape(stack, program):
    made = {dialect: stack.create(dialect, f"{program.url}/{dialect}") for dialect in Dialect}
    program.received.clear()
    stack.happen(EventType.SENDER_IDENTITY_VERIFIED, object="sender_identity", email="amy@client.com")
    stack.spread()
    stack.attempts()
    got = {Dialect(each.path.rsplit("/", 1)[1]): each for each in program.received}

    mailersend = got[Dialect.MAILERSEND]
    assert mailersend.headers["Signature"] == signature(own_secret(made[Dialect.MAILERSEND]), mailersend.body)
    assert mailersend.json["type"] == "sender_identity.verified"
    datetime.strptime(mailersend.json["created_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert mailersend.json["data"] == {"object": "sender_identity", "email": "amy@client.com"}

    sendara = got[Dialect.SENDARA]
    timed = sendara.headers["Sendara-Timestamp"].encode() + b"." + sendara.body
    assert sendara.headers["Sendara-Signature"] == signature(own_secret(made[Dialect.SENDARA]), timed)
    assert sendara.json["event_id"] == sendara.headers["Sendara-Event-Id"]
    assert sendara.json["payload"]["email"] == "amy@client.com"

    sendmailos = got[Dialect.SENDMAILOS]
    secret = own_secret(made[Dialect.SENDMAILOS])
    assert sendmailos.headers["X-Sendmail-Signature"] == signature(secret, sendmailos.body)
    moment = sendmailos.headers["X-Webhook-Timestamp"]
    timed = moment.encode() + b"." + sendmailos.body
    assert sendmailos.headers["X-Webhook-Signature"] == f"t={moment},v1={signature(secret, timed)}"
    assert set(sendmailos.json) == {"id", "type", "created_at", "data"}
    assert len({each.headers["webhook-id"] for each in program.received}) == 1


def test_after_a_renewal_old_and_new_secret_both_sign(stack, program):
    old = stack.create(Dialect.SENDARA, program.url)
    new = stack.call(Dialect.SENDARA, "POST", f"/{old['id']}/rotate-secret", json={}).json
    assert new["standard_secret"] != old["standard_secret"]
    assert new["signing_secret"] != old["signing_secret"]
    stack.happen()
    stack.spread()
    stack.attempts()
    standard(old, program.last)
    standard(new, program.last)
    stack.call(Dialect.SENDARA, "POST", f"/{old['id']}/rotate-secret", json={"overlap_seconds": 0})
    stack.happen()
    stack.spread()
    stack.attempts()
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standard(new, program.last)


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_what_is_no_2xx_is_tried_again_with_the_same_id(stack, program, status):
    made = stack.create(Dialect.SENDARA, program.url)
    program.answer(status, body=b"no", headers={"Location": f"{program.url}/elsewhere"})
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=6)
    assert [each.path for each in program.received] == ["/hook", "/hook"]
    assert len({each.headers["webhook-id"] for each in program.received}) == 1
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"], delivery["response_status"]) == (
        "pending",
        2,
        status,
    )
    assert [each["response"] for each in delivery["attempts"]] == ["no", "no"]
    assert delivery["next_attempt_at"] is not None
    program.answer()
    stack.attempts(due_within=331)
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("delivered", 3)


def test_three_simulated_days_of_failing(stack, program):
    made = stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=6)
    stack.attempts(due_within=331)
    now = datetime.now(UTC)
    assert stack.sweep(now)["queued"] == 0
    for hours in (0.6, 2.3, 5.6, 11.1, 15.5, 22.1):
        now += hours * HOUR
        stack.sweep(now)
        stack.attempts()
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("pending", 9)
    now += 36 * HOUR
    stack.sweep(now)
    stack.attempts()
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("failed", 10)
    assert len(program.received) == 10
    stack.spread()
    shown = stack.call(Dialect.SENDARA, "GET", f"/{made['id']}").json
    assert (shown["is_active"], shown["disabled_reason"], shown["undelivered"]) == (False, "failing", 1)
    program.answer()
    stack.call(Dialect.SENDARA, "PUT", f"/{made['id']}", json={"is_active": True})
    since = (datetime.now(UTC) - HOUR).isoformat()
    body = {"since": since, "until": (now + HOUR).isoformat(), "only_failed": True}
    assert stack.call(Dialect.SENDARA, "POST", f"/{made['id']}/replay", json=body).status == 202
    stack.spread()
    stack.attempts()
    if len(program.received) == 10:  # the circuit of the failing days is still open: a probe goes first
        stack.sweep(now + HOUR)
        stack.attempts()
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("delivered", 11)
    assert stack.call(Dialect.SENDARA, "GET", f"/{made['id']}").json["undelivered"] == 0


def test_410_disables_at_once_and_the_event_of_it_is_in_the_outbox(stack, program):
    made = stack.create(Dialect.SENDARA, program.url)
    program.answer(410)
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.spread()
    shown = stack.call(Dialect.SENDARA, "GET", f"/{made['id']}").json
    assert (shown["is_active"], shown["disabled_reason"]) == (False, "gone")
    kinds = [item.event_type for item in OutboxItem.query(stack.agency.account.account_id)]
    assert sorted(kinds) == ["domain.verified", "webhook.disabled"]
    stack.happen()
    stack.spread()
    assert stack.attempts() == 0


def test_an_event_that_comes_twice_is_one_delivery_and_a_job_that_comes_twice_one_request(stack, program):
    stack.create(Dialect.SENDARA, program.url)
    event = stack.happen()
    stack.announce(event)
    stack.spread()
    jobs = stack.take("WebhookJobQueue")
    assert len({json.dumps(job["Body"]) for job in jobs}) == 1
    for job in jobs:
        stack.delivery(sqs_event([job]))
    stack.announce(event)
    stack.spread()
    assert stack.attempts() == 0
    assert len(program.received) == 1


def test_who_dies_between_request_and_record_makes_the_same_request_again(
    stack, program, dynamodb_faults, no_pauses
):
    made = stack.create(Dialect.SENDARA, program.url)
    stack.happen()
    stack.spread()
    jobs = stack.take("WebhookJobQueue")
    dynamodb_faults.break_call(1)
    failed = stack.delivery(sqs_event(jobs))["batchItemFailures"]
    dynamodb_faults.mend()
    assert [each["itemIdentifier"] for each in failed] == [jobs[0]["MessageId"]]
    assert stack.delivery(sqs_event(jobs))["batchItemFailures"] == []
    assert [each.headers["webhook-id"] for each in program.received] == [
        program.last.headers["webhook-id"]
    ] * 2
    (delivery,) = shown_deliveries(stack, Dialect.SENDARA, made["id"])
    assert (delivery["status"], delivery["attempt_count"]) == ("delivered", 1)


def test_after_five_failures_in_a_row_an_endpoint_is_spared_and_then_probed(stack, program):
    made = stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    for _ in range(8):
        stack.happen()
    stack.spread()
    for job in stack.take("WebhookJobQueue"):
        stack.delivery(sqs_event([job]))
    assert len(program.received) == 5
    assert stack.sweep(datetime.now(UTC))["queued"] == 0
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert stack.sweep(later)["queued"] == 1  # a probe
    program.answer()
    stack.attempts()
    assert len(program.received) == 6
    stack.sweep(later + timedelta(minutes=20))
    stack.attempts(due_within=3600)
    statuses = [each["status"] for each in shown_deliveries(stack, Dialect.SENDARA, made["id"])]
    assert statuses == ["delivered"] * 8


def test_five_environments_that_know_of_no_success_count_failures_together(stack, program):
    stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    for _ in range(8):
        stack.happen()
    stack.spread()
    for job in stack.take("WebhookJobQueue"):
        stack.delivery.app.delivering._streaks = Streaks()  # another environment
        stack.delivery(sqs_event([job]))
    assert len(program.received) == 5


def test_a_dead_endpoint_keeps_nobody_else_waiting(stack, program):
    with receiver() as dead:
        dead.answer(seconds=2.0)
        stack.create(Dialect.SENDARA, dead.url)
        stack.create(Dialect.SENDARA, program.url)
        for _ in range(5):
            stack.happen()
        stack.spread()
        began = time.monotonic()
        jobs = stack.take("WebhookJobQueue")
        stack.delivery(sqs_event(jobs))
        assert len(program.received) == 5
        assert time.monotonic() - began < 6.0


def test_twenty_failures_within_a_day_are_told_once(stack, program):
    stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    for _ in range(12):
        stack.happen()
    stack.spread()
    now = datetime.now(UTC)
    stack.attempts(due_within=331)
    for minutes in range(5, 600, 40):
        stack.sweep(now + timedelta(minutes=minutes))
        stack.attempts(due_within=331)
        stack.spread()
    kinds = [item.event_type for item in OutboxItem.query(stack.agency.account.account_id)]
    assert kinds.count("webhook.failing") == 1


def test_nothing_of_a_secret_is_in_a_log_or_in_a_table(stack, program):
    made = [stack.create(dialect, f"{program.url}/{dialect}") for dialect in Dialect]
    stack.happen()
    stack.spread()
    stack.attempts()
    logs = stack.api.log + stack.fanout.log + stack.delivery.log
    tables = "".join(str(item.serialize()) for item in EndpointItem.query(stack.agency.account.account_id))
    for each in made:
        for secret in (
            own_secret(each),
            each["standard_secret"],
            each["standard_secret"].removeprefix("whsec_"),
        ):
            assert secret not in logs
            assert secret not in tables
    assert "client.com" not in logs


def test_an_event_reaches_those_who_want_it_and_no_others(stack, program):
    other = stack.agency.domain("other.com")
    wanting = stack.create(Dialect.SENDARA, program.url, domain_id=stack.domain.domain_id)
    stack.create(Dialect.SENDARA, program.url, domain_id=other.domain_id)
    stack.create(Dialect.SENDARA, program.url, event_types=["delivered"])
    stack.create(Dialect.SENDARA, program.url, is_active=False)
    stack.create(Dialect.SENDARA, program.url, identity_id=stack.identity.identity_id)
    stack.happen()
    stack.spread()
    assert stack.attempts() == 1
    assert len(shown_deliveries(stack, Dialect.SENDARA, wanting["id"])) == 1
    stack.happen(
        EventType.SENDER_IDENTITY_VERIFIED, identity_id=stack.identity.identity_id, email="amy@client.com"
    )
    stack.spread()
    assert stack.attempts() == 2


def test_one_event_reaches_a_hundred_endpoints_in_one_invocation(stack, program):
    stored = StoredEndpoints(stack.chosen["WEBHOOK_KEY"])
    for _ in range(99):
        stored.add(stack.agency.account.account_id, Dialect.SENDARA, url=program.url)
    stack.create(Dialect.SENDARA, program.url)
    assert stack.call(Dialect.SENDARA, "POST", json={"endpoint_url": program.url}).status == 409
    stack.happen()
    (batch,) = [stack.take("WebhookEventQueue")]
    assert stack.fanout(sqs_event(batch))["batchItemFailures"] == []
    assert stack.attempts() == 100


def test_in_the_local_cloud_the_sweep_brings_what_waits_for_minutes_too(stack, program):
    stack.delivery.app.delivering._longest_delay = stack.delivery.app.settings.longest_queue_delay
    stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=900)
    assert len(program.received) == 2
    stack.sweep(datetime.now(UTC) + timedelta(minutes=6))
    stack.attempts()
    assert len(program.received) == 3
