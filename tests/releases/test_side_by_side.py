"""While a release takes another's place, both answer over the same tables and queues: each reads what the other writes, and goes
on with what the other began.

The release before is the one that is kept for the test of an upgrade; both ways are tried.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from letterhead.tokens.dialect import Dialect
from tests.fakes import webhook_verifiers
from tests.fakes.dialect_mails import PATHS, TAKEN, body
from tests.fakes.sides import Shown, agree, everything, exported, ids_in, shown, told

FORM = {"content-type": "application/x-www-form-urlencoded"}
CSV = {"content-type": "text/csv"}
# What takes seconds is tried in the one way that nothing else proves: this release reads what others have stored in
# tests/functions/test_stored_items.py too.
TO_THE_ONE_BEFORE = pytest.mark.parametrize("sides", ["to the one before"], indirect=True)


# --- looks, which are at all domains that there are: first, while there are few ----------------------------------------


@TO_THE_ONE_BEFORE
def test_domains_that_one_looks_for_the_other_looks_at(sides):
    identity = {"domain_id": sides.domain_id, "name": "Amy", "email": f"amy@client.{sides.name}"}
    sides.written("mailersend", "POST", "/v1/identities", identity)
    for zone in (sides.name, sides.name.removeprefix("mail.")):
        sides.both.outside.publish(zone, [])
    checks = f"/v1/domains/{sides.name}/checks"
    before = ids_in(sides.written("sendara", "GET", checks))
    time = (datetime.now(UTC) + timedelta(hours=7)).isoformat()
    sides.writer("reverify_sweep", {"time": time})
    sides.both.work(sides.reader, "LookQueue")
    written = sides.written("sendara", "GET", f"/v1/domains/{sides.name}")
    assert agree(written, sides.read("sendara", "GET", f"/v1/domains/{sides.name}"))
    found = sides.written("sendara", "GET", checks)
    assert agree(found, sides.read("sendara", "GET", checks))
    assert len(ids_in(found)) > len(before)


# --- what is shown ----------------------------------------------------------------------------------------------------


@TO_THE_ONE_BEFORE
def test_each_shows_what_the_other_has_stored(sides, program):
    for dialect, path in Shown(sides, everything(sides, program)).calls():
        written = sides.owner.ask(sides.writer, dialect, "GET", path)
        read = sides.owner.ask(sides.reader, dialect, "GET", path)
        assert (read.status, written.status) == (200, 200), (path, read.text, written.text)
        assert agree(shown(read), shown(written)), (path, read.text, written.text)

    event = {"action": "delete_account", "account_id": sides.owner.account_id, "confirm": "Agency"}
    assert sides.reader("operator", event)["deleted"] is True
    assert sides.owner.ask(sides.writer, "sendara", "GET", "/v1/domains").status == 401
    assert not {name for name in sides.both.outside.identities if name.endswith(sides.name)}


def test_the_operator_exports_by_each_the_same(sides):
    identity = {"domain_id": sides.domain_id, "name": "Amy", "email": f"amy@client.{sides.name}"}
    sides.written("mailersend", "POST", "/v1/identities", identity)
    sides.written("mailersend", "POST", "/v1/suppressions/blocklist", {"recipients": ["off@reader.example"]})
    later = int((datetime.now(UTC) + timedelta(hours=2)).timestamp())
    sides.written("mailersend", "POST", "/v1/email", sides.mail(f"later@{sides.name}", send_at=later))
    written, read = (exported(sides, release) for release in (sides.writer, sides.reader))
    assert {what for what in written if written[what]} >= {"tokens", "domains", "identities", "messages"}
    assert agree(written, read)


def test_each_sees_the_calls_that_the_other_has_logged(sides):
    sides.written("sendara", "PUT", "/v1/settings", {"api_logging": True})
    assert sides.owner.ask(sides.writer, "sendara", "GET", "/v1/domains/nowhere.com").status == 404
    (call, *_) = sides.read("sendara", "GET", "/v1/logs")["logs"]
    assert (call["endpoint"], call["code"]) == ("/v1/domains/{domain}", 404)


# --- mail -------------------------------------------------------------------------------------------------------------


def test_mail_that_one_accepts_leaves_by_the_other(sides):
    write, to = sides.written, "rita"
    for dialect in Dialect:
        content = body(dialect, sender=f"news@{sides.name}", to=f"{to}@{dialect.value}.{sides.name}")
        key = {"headers": {"idempotency-key": dialect.value}}
        answer = sides.owner.ask(sides.writer, dialect.value, "POST", PATHS[dialect], content, **key)
        assert answer.status == TAKEN[dialect], answer.text
    template = {"name": "t", "subject": "Hello {{ name }}", "text": "{{ name }}: {{ unsubscribe }}"}
    filled = {"email": f"{to}@filled.{sides.name}", "data": {"name": "Fay"}}
    mail = {
        "from": {"email": f"news@{sides.name}"},
        "to": [{"email": filled["email"]}],
        "template_id": write("mailersend", "POST", "/v1/templates", template)["data"]["id"],
        "personalization": [filled],
    }
    write("mailersend", "POST", "/v1/email", mail)
    long = "".join(f"{number:x}" for number in range(9000))  # in S3
    attached = {"attachments": [{"filename": "a.txt", "content": "SGVsbG8="}], "text": long}
    write("mailersend", "POST", "/v1/bulk-email", [sides.mail(f"{to}@long.{sides.name}", **attached)])

    sides.both.settle(sides.reader, sides.reader)

    for kind in (*(dialect.value for dialect in Dialect), "filled", "long"):
        assert sides.mailed(f"{to}@{kind}.{sides.name}")["subject"] in ("Hello", "Hello Fay")
    assert [one["filename"] for one in sides.mailed(f"{to}@long.{sides.name}")["attachments"]] == ["a.txt"]
    assert long in sides.mailed(f"{to}@long.{sides.name}")["text"].replace("\n", "").replace("\r", "")
    link = re.search(r"https://\S+(/unsubscribe/\S+)", sides.mailed(filled["email"])["text"])[1]
    click = "List-Unsubscribe=One-Click"
    assert sides.writer.ask("POST", link, headers=FORM, body=click).status == 200
    looked_up = f"/v1/suppressions/lookup?recipient={filled['email']}"
    assert "unsubscribes" in json.dumps(sides.read("sendara", "GET", looked_up))


def test_mail_for_later_that_one_accepts_is_released_or_taken_back_by_the_other(sides):
    later = datetime.now(UTC) + timedelta(hours=2)
    ids = [
        sides.owner.ask(
            sides.writer, "mailersend", "POST", "/v1/email", sides.mail(to, send_at=int(later.timestamp()))
        ).headers["x-message-id"]
        for to in (f"later@{sides.name}", f"never@{sides.name}")
    ]
    sides.both.settle(sides.writer, sides.reader)
    assert sides.read("mailersend", "DELETE", f"/v1/message-schedules/{ids[1]}") is None
    time = (later + timedelta(minutes=1)).isoformat()
    assert sides.reader("message_sweep", {"time": time})["queued"] >= 1
    sides.both.settle(sides.reader, sides.writer)

    assert sides.mailed(f"later@{sides.name}")
    assert sides.both.mails_to(f"never@{sides.name}") == []


def test_what_one_began_to_send_the_other_ends(sides):
    """A mail that has to wait for its domain, and one of a test key, whose fate is simulated."""
    key = sides.written("sendara", "POST", "/v1/keys", {"scope": "send", "test_mode": True})["key"]
    bounced = body(Dialect.SENDARA, sender=f"news@{sides.name}", to="bounced@anywhere.example")
    sides.written("sendara", "POST", "/v1/send", bounced, token=key)
    sides.written("mailersend", "POST", "/v1/email", sides.mail(f"waits@{sides.name}"))
    sides.both.outside.fail_next("SendEmail", "TooManyRequestsException", times=2)
    sides.both.relay(sides.writer)
    sides.both.begin(sides.writer, "MessageQueue")
    sides.both.outside.mend()
    sides.both.work(sides.reader, "MessageQueue", due_within=600)
    sides.both.settle(sides.writer, sides.reader)

    assert sides.mailed(f"waits@{sides.name}")
    refused = sides.owner.ask(sides.writer, "sendara", "POST", "/v1/send", bounced, token=key)
    assert (refused.status, refused.json["error"]["code"]) == (409, "recipient_suppressed")


def test_what_ses_tells_of_one_releases_mail_the_other_takes_in(sides):
    sides.written("mailersend", "POST", "/v1/email", sides.mail(f"hard@{sides.name}"))
    sides.both.settle(sides.writer, sides.writer)
    (message,) = sides.written("mailersend", "GET", "/v1/messages")["data"]
    for kind, by in (("send", sides.writer), ("delivery", sides.reader), ("bounce_permanent", sides.reader)):
        told(sides, kind, f"hard@{sides.name}", message["id"], by)
    refused = sides.owner.ask(
        sides.writer, "mailersend", "POST", "/v1/email", sides.mail(f"hard@{sides.name}")
    )
    assert "ALL_SUPPRESSED" in refused.text
    now = int(datetime.now(UTC).timestamp())
    path = f"/v1/activity/{sides.domain_id}?date_from={now - 60}&date_to={now + 60}"
    written, read = (
        sides.owner.done(by, "mailersend", "GET", path)["data"] for by in (sides.writer, sides.reader)
    )
    assert {each["type"] for each in read} >= {"queued", "sent", "delivered", "hard_bounced"}
    assert agree(written, read)


# --- webhooks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", list(Dialect), ids=str)
def test_a_webhook_that_one_has_made_is_delivered_and_tried_again_by_the_other(sides, program, dialect):
    prefix = "/api/v1/webhooks" if dialect is Dialect.SENDMAILOS else "/v1/webhooks"
    bodies: dict[Dialect, dict[str, Any]] = {
        Dialect.MAILERSEND: {
            "url": program.url,
            "name": "hook",
            "events": ["activity.sent"],
            "domain_id": sides.domain_id,
        },
        Dialect.SENDARA: {"endpoint_url": program.url},
        Dialect.SENDMAILOS: {"url": program.url},
    }
    made = sides.written(dialect.value, "POST", prefix, bodies[dialect])
    made = made.get("data") or made.get("webhook") or made
    sides.written("mailersend", "POST", "/v1/email", sides.mail(f"hook@{sides.name}"))
    sides.both.settle(sides.writer, sides.writer)
    (message,) = sides.written("mailersend", "GET", "/v1/messages")["data"]
    program.received.clear()  # a ping, or that the mail was accepted

    told(sides, "send", f"hook@{sides.name}", message["id"], sides.writer)
    sides.both.relay(sides.writer)
    program.answer(500)
    assert sides.both.work(sides.reader, "WebhookEventQueue")
    assert sides.both.work(sides.writer, "WebhookJobQueue")
    program.answer(200)
    assert sides.both.work(sides.reader, "WebhookJobQueue", due_within=60)

    assert len(program.received) == 2
    webhook_verifiers.verified(dialect, made, program.last)
    path = f"{prefix}/{made['id']}/deliveries"
    written, read = sides.written(dialect.value, "GET", path), sides.read(dialect.value, "GET", path)
    assert agree(written, read)
    sides.read(dialect.value, "POST", f"{path}/{ids_in(read)[0]}/replay")
    rotated = sides.read(
        dialect.value, "POST", f"{prefix}/{made['id']}/rotate-secret", {"overlap_seconds": 0}
    )
    rotated = rotated.get("data") or rotated.get("webhook") or rotated
    sides.both.settle(sides.writer, sides.writer)
    webhook_verifiers.verified(dialect, made | rotated, program.last)
    sides.read(dialect.value, "DELETE", f"{prefix}/{made['id']}")
    listed = sides.written(dialect.value, "GET", f"{prefix}?domain_id={sides.domain_id}")
    assert ids_in(listed) == []


# --- calls ------------------------------------------------------------------------------------------------------------


def test_what_one_has_answered_with_a_key_the_other_replays(sides):
    key = {"headers": {"idempotency-key": "once"}}
    asked = ("sendara", "POST", "/v1/domains", {"domain": f"once.{sides.name}"})
    answers = [sides.owner.ask(release, *asked, **key) for release in (sides.writer, sides.reader)]

    assert [(answer.status, answer.text) for answer in answers] == [(201, answers[0].text)] * 2
    assert answers[1].headers["idempotency-replayed"] == "true"
    other = sides.owner.ask(sides.reader, *asked[:3], {"domain": f"other.{sides.name}"}, **key)
    assert (other.status, other.json["error"]["code"]) == (409, "idempotency_key_reused")


def test_limits_that_the_operator_sets_by_one_hold_at_the_other(sides):
    limits = {"domains": 2, "sends_per_day": 1}
    event = {"action": "set_limits", "account_id": sides.owner.account_id, "limits": limits}
    assert sides.writer("operator", event)["limits"]["domains"] == 2
    calls = {
        "/v1/domains": [{"domain": f"{label}.{sides.name}"} for label in ("one", "other")],
        "/v1/send": [body(Dialect.SENDARA, sender=f"news@{sides.name}", to=f"some@{sides.name}")] * 2,
    }
    for (path, bodies), refused in zip(calls.items(), (409, 429), strict=True):
        releases = zip((sides.writer, sides.reader), bodies, strict=True)
        answers = [sides.owner.ask(by, "sendara", "POST", path, given).status for by, given in releases]
        assert answers == [201, refused], path


def test_tokens_that_one_makes_changes_and_ends_are_so_at_the_other(sides):
    def status(text: str) -> int:
        return sides.owner.ask(sides.reader, "sendara", "GET", "/v1/domains", token=text).status

    made = sides.written("sendara", "POST", "/v1/keys", {"scope": "admin", "test_mode": False})
    path = f"/v1/keys/{made['id']}"
    new = sides.written("sendara", "POST", f"{path}/rotate", {"overlap_seconds": 600})["key"]
    assert [status(made["key"]), status(new)] == [200, 200]
    again = sides.read("sendara", "POST", f"{path}/rotate")["key"]
    assert sides.owner.ask(sides.writer, "sendara", "GET", "/v1/domains", token=again).status == 200
    assert [status(made["key"]), status(new)] == [401, 401]
    narrow = {"name": "narrow", "scopes": ["domains_read"], "domain_id": sides.domain_id}
    token = sides.written(
        "mailersend", "POST", "/v1/token", narrow | {"allowed_networks": ["203.0.113.0/24"]}
    )["data"]
    settings = f"/v1/token/{token['id']}/settings"
    statuses = []
    for by, word in ((sides.writer, "unpause"), (sides.writer, "pause"), (sides.reader, "unpause")):
        sides.owner.done(by, "mailersend", "PUT", settings, {"status": word})
        asked = ("mailersend", "GET", "/v1/domains")
        statuses.append(
            [
                sides.owner.ask(one, *asked, token=token["accessToken"]).status
                for one in (sides.writer, sides.reader)
            ]
        )
    assert statuses == [[200, 200], [403, 403], [200, 200]]
    sides.written("sendara", "DELETE", path)
    assert status(again) == 401
    for action, expected in (("suspend_account", 403), ("resume_account", 200)):
        sides.writer("operator", {"action": action, "account_id": sides.owner.account_id})
        assert sides.owner.ask(sides.reader, "sendara", "GET", "/v1/domains").status == expected


# --- people's consent -------------------------------------------------------------------------------------------------


def test_a_link_that_one_has_mailed_for_the_other_is_answered_at_either(sides):
    identity = {"domain_id": sides.domain_id, "name": "Amy", "email": f"amy@client.{sides.name}"}
    made = sides.written("mailersend", "POST", "/v1/identities", identity)["data"]
    sides.written("sendara", "POST", "/v1/test-recipients", {"email": f"rory@client.{sides.name}"})
    sides.both.settle(sides.writer, sides.reader)
    for address, by in ((identity["email"], sides.writer), (f"rory@client.{sides.name}", sides.reader)):
        other = sides.reader if by is sides.writer else sides.writer
        link = next(
            each
            for each in sides.mailed(address)["links"]
            if "/confirmations/" in each or "/test-rec" in each
        )
        page = other.ask("GET", urlsplit(link).path)
        visit = re.search(r'name="visit" value="([^"]+)"', page.text)[1]
        form = urlencode({"visit": visit, "decision": "confirm"})
        assert by.ask("POST", urlsplit(link).path, headers=FORM, body=form).status == 200
    assert sides.read("mailersend", "GET", f"/v1/identities/{made['id']}")["data"]["is_verified"]
    (recipient,) = sides.written("sendara", "GET", "/v1/test-recipients")["recipients"]
    assert recipient["status"] == "verified"
    sides.written(
        "mailersend",
        "POST",
        "/v1/email",
        sides.mail(f"fan@{sides.name}") | {"from": {"email": identity["email"]}},
    )
    sides.both.settle(sides.writer, sides.reader)
    assert sides.mailed(f"fan@{sides.name}")
    sides.read("mailersend", "DELETE", f"/v1/identities/{made['id']}")
    assert sides.written("mailersend", "GET", "/v1/identities")["data"] == []


# --- domains ----------------------------------------------------------------------------------------------------------


def test_what_one_left_half_done_about_a_domain_the_other_completes(sides):
    name, both = f"half.{sides.name}", sides.both
    both.outside.fail_next("CreateEmailIdentity", "TooManyRequestsException", times=2)
    registered = sides.owner.ask(sides.writer, "sendara", "POST", "/v1/domains", {"domain": name})
    assert registered.status == 503
    both.outside.mend()
    assert both.work(sides.reader, "CompletionQueue", due_within=10)
    assert len(sides.written("sendara", "GET", f"/v1/domains/{name}")["dns_records"]) == 6

    both.outside.fail_next("DeleteEmailIdentity", "TooManyRequestsException", times=2)
    assert sides.owner.ask(sides.writer, "sendara", "DELETE", f"/v1/domains/{name}").status == 503
    both.outside.mend()
    both.begin(sides.reader, "CompletionQueue", due_within=10)
    assert name not in both.outside.identities
    both.work(sides.reader, "CompletionQueue", due_within=600)
    assert sides.owner.ask(sides.reader, "sendara", "GET", f"/v1/domains/{name}").status == 404


def test_a_name_that_one_account_holds_by_one_is_proven_by_another_at_the_other(sides):
    rival = sides.both.owner(sides.reader, "Rival")
    contested = rival.done(sides.reader, "sendara", "POST", "/v1/domains", {"domain": sides.name})
    sides.both.outside.publish(sides.name, [*sides.domain["dns_records"], contested["ownership_challenge"]])
    rival.done(sides.writer, "sendara", "POST", f"/v1/domains/{sides.name}/verify")
    lost = sides.read("sendara", "GET", f"/v1/domains/{sides.name}")
    assert lost["ownership_lost_at"] is not None
    assert agree(lost, sides.written("sendara", "GET", f"/v1/domains/{sides.name}"))


# --- jobs and ends ----------------------------------------------------------------------------------------------------


def test_an_import_that_one_began_the_other_ends(sides):
    # Two steps are made while the caller waits.
    rows = "\n".join(["email,list", *(["nobody,unsubscribes"] * 1100), "last@import.example,unsubscribes"])
    begun = sides.written("sendara", "POST", "/v1/suppressions/import?list=unsubscribes", rows, headers=CSV)
    assert begun["status"] != "completed"
    assert sides.both.work(sides.reader, "JobsQueue")
    for release in (sides.writer, sides.reader):
        done = sides.owner.done(release, "sendara", "GET", f"/v1/jobs/{begun['id']}")
        assert (done["status"], done["added"]) == ("completed", 1)
