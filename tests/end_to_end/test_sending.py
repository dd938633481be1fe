"""Mail through the origin to the mailbox and back as events, IAM enforced."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from urllib3.filepost import encode_multipart_formdata

from tests.end_to_end.conftest import Account, LocalCloud
from tests.end_to_end.test_mail_events import counts_of
from tests.fakes.receiver import receiver

pytestmark = pytest.mark.end_to_end

DOMAIN = "shop.example"
FROM = {"email": f"news@{DOMAIN}", "name": "Shöp"}


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> Iterator[Account]:
    account = cloud.account("Shop")
    account.verified_domain(DOMAIN)
    yield account
    cloud.delete_zone(DOMAIN)


def mail(to: str, **changes):
    return {
        "from": FROM,
        "to": [{"email": to, "name": "Rita"}],
        "subject": "Grüße",
        "text": "Hallo",
    } | changes


def test_a_mail_arrives_as_it_was_meant(cloud: LocalCloud, shop: Account) -> None:
    logo = base64.b64encode(b"\x89PNG").decode()
    answer = shop.mailersend(
        "POST",
        "/v1/email",
        mail(
            "rita@reader.example",
            html='<p>Hallo <img src="cid:logo"></p>',
            cc=[{"email": "copy@reader.example"}],
            bcc=[{"email": "blind@reader.example"}],
            reply_to={"email": "desk@shop.example", "name": "Desk"},
            attachments=[{"content": logo, "filename": "lögo.png", "id": "logo", "disposition": "inline"}],
            headers=[{"name": "X-Campaign", "value": "spring"}],
            tags=["spring"],
        ),
    )
    assert (answer.status, answer.text) == (202, "")
    assert len(answer.headers["x-message-id"]) == 24

    got = cloud.wait_for_mail("rita@reader.example")
    assert (got["from"], got["subject"]) == (f"Shöp <news@{DOMAIN}>", "Grüße")
    assert got["reply_to"] == ["Desk <desk@shop.example>"]
    assert [each["filename"] for each in got["attachments"]] == ["lögo.png"]
    assert set(got["envelope"]["recipients"]) == {
        "rita@reader.example",
        "copy@reader.example",
        "blind@reader.example",
    }
    assert "blind@" not in got["raw"]
    assert got["envelope"]["mail_from"].endswith(f"@mail.{DOMAIN}")


def test_a_file_that_is_named_by_its_url_is_fetched_and_arrives(cloud: LocalCloud, shop: Account) -> None:
    cloud.set_zone(
        "fetched-files.com",
        "inside.fetched-files.com. A 10.0.0.1\nshop.fetched-files.com. A 127.0.0.1\n",
    )
    content = bytes(range(256)) * 4096 * 5
    wanted = {"to": "invoice@reader.example", "from_email": FROM["email"], "subject": "Hi", "text": "Hi"}
    with receiver() as program:
        port = program.url.rpartition(":")[2].partition("/")[0]
        file = {"url": f"http://shop.fetched-files.com:{port}/2026/rechnung%20n%C3%B6.pdf"}
        program.answer(body=content, headers={"Content-Type": "application/pdf"})
        inside = {"url": "https://inside.fetched-files.com/latest/meta-data/"}
        refused = shop.sendmailos("POST", "/api/v1/send", {**wanted, "attachments": [file, inside]})
        assert (refused.status, refused.json["error"]) == (
            400,
            "attachments.1.url: The attachments.1.url can't be used: The URL's host must have public addresses only.",
        )
        taken = shop.sendmailos("POST", "/api/v1/send", {**wanted, "attachments": [file]})
        assert taken.status == 202, taken.text
    (got,) = [cloud.wait_for_mail("invoice@reader.example")]
    assert [(each["filename"], each["content_type"], each["size"]) for each in got["attachments"]] == [
        ("rechnung nö.pdf", "application/pdf", len(content))
    ]
    assert len(cloud.mails_to("invoice@reader.example")) == 1


def test_a_file_too_large_for_a_request_is_uploaded_and_arrives(cloud: LocalCloud, shop: Account) -> None:
    opened = shop.mailersend("POST", "/v1/uploads")
    assert opened.status == 201, opened.text
    upload = opened.json["data"]
    film = bytes(range(256)) * 4096 * 6
    wanted = mail("film@reader.example", attachments=[{"filename": "film.mp4", "upload_id": upload["id"]}])
    early = shop.mailersend("POST", "/v1/email", wanted)
    assert (early.status, list(early.json["errors"])) == (422, ["attachments.0.upload_id"])

    form, kind = encode_multipart_formdata([*upload["fields"].items(), ("file", ("film.mp4", film))])
    posted = cloud.send("POST", upload["url"], form, {"Content-Type": kind})
    assert posted.status == 204, posted.text
    uploads = {"attachments": [{"filename": "film.mp4", "upload_id": upload["id"]}]}
    stranger = cloud.account("Stranger")
    stranger.verified_domain("stranger.example")
    theirs = mail("film@reader.example", **uploads) | {"from": {"email": "news@stranger.example"}}
    refused = stranger.mailersend("POST", "/v1/email", theirs)
    assert (refused.status, list(refused.json["errors"])) == (422, ["attachments.0.upload_id"])

    assert shop.mailersend("POST", "/v1/email", wanted).status == 202
    got = cloud.wait_for_mail("film@reader.example")
    assert [(file["filename"], file["size"]) for file in got["attachments"]] == [("film.mp4", len(film))]


def test_a_bounce_suppresses_and_the_next_mail_is_refused_in_each_dialects_words(
    cloud: LocalCloud, shop: Account
) -> None:
    to = "bounce+once@simulator.amazonses.com"
    send = {
        "destination": {"email": to},
        "payload": {"subject": "Hi", "body_text": "Hi"},
        "metadata": {"from_email": f'"Shop" <news@{DOMAIN}>'},
    }
    first = shop.sendara("POST", "/v1/send", send | {"idempotency_key": "first"})
    assert (first.status, first.json["status"]) == (201, "queued")
    again = shop.sendara("POST", "/v1/send", send | {"idempotency_key": "first"})
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")

    refused = cloud.until(lambda: shop.sendara("POST", "/v1/send", send), lambda answer: answer.status == 409)
    assert refused.json["error"]["code"] == "recipient_suppressed"
    assert len(cloud.mails_to(to)) >= 1

    warned = shop.mailersend("POST", "/v1/email", mail(to))
    assert (warned.status, "x-message-id" in warned.headers) == (202, False)
    (warning,) = warned.json["warnings"]
    assert (warning["type"], warning["recipients"][0]["reasons"]) == ("ALL_SUPPRESSED", ["hard_bounced"])
    (newest, *_) = shop.mailersend("GET", "/v1/messages").json["data"]
    nobody = cloud.until(
        lambda: shop.mailersend("GET", f"/v1/messages/{newest['id']}").json["data"]["emails"],
        lambda emails: bool(emails and emails[0]["activity"]),
    )
    assert [(each["to"], [activity["type"] for activity in each["activity"]]) for each in nobody] == [
        (to, ["suppressed"])
    ]
    some = shop.mailersend(
        "POST", "/v1/email", mail("rita2@reader.example", cc=[{"email": to, "name": "Gone"}])
    )
    assert some.json["warnings"][0]["type"] == "SOME_SUPPRESSED"
    cloud.wait_for_mail("rita2@reader.example")
    histories = cloud.until(
        lambda: {
            each["to"]: [activity["type"] for activity in each["activity"]]
            for each in shop.mailersend("GET", f"/v1/messages/{some.headers['x-message-id']}").json["data"][
                "emails"
            ]
        },
        lambda found: len(found.get("rita2@reader.example", [])) >= 3 and bool(found.get(to)),
    )
    assert histories == {"rita2@reader.example": ["queued", "sent", "delivered"], to: ["suppressed"]}
    kept = cloud.until(
        lambda: shop.sendara("GET", "/v1/messages?idempotency_key=first").json,
        lambda kept: len(kept["events"]) >= 3,
    )
    assert (kept["id"], kept["status"]) == (first.json["id"], "bounced")
    assert [each["event_type"] for each in kept["events"]] == ["queued", "sent", "bounced"]
    assert (
        shop.sendmailos(
            "POST",
            "/api/v1/send",
            {"to": to, "from_email": f"news@{DOMAIN}", "subject": "Hi", "html": "<b>Hi</b>"},
        ).json["code"]
        == "RECIPIENT_SUPPRESSED"
    )


def test_nobody_sends_as_somebody_else(cloud: LocalCloud, shop: Account) -> None:
    stranger = cloud.account("Stranger")
    answer = stranger.mailersend("POST", "/v1/email", mail("victim@reader.example"))
    assert answer.status == 422
    assert "#MS42207" in answer.json["errors"]["from.email"][0]
    explained = stranger.mailersend("POST", "/v1/email/explain", mail("victim@reader.example")).json["data"]
    (refusing,) = [gate for gate in explained["gates"] if gate["verdict"] == "refused"]
    assert (explained["can_send"], refusing["code"]) == (False, "from_not_verified")
    assert shop.mailersend("POST", "/v1/email/explain", mail("fine@reader.example")).json["data"]["can_send"]
    assert cloud.mails_to("victim@reader.example") == []


def test_a_stored_template_is_filled_in_for_each_recipient(cloud: LocalCloud, shop: Account) -> None:
    made = shop.mailersend(
        "POST",
        "/v1/templates",
        {"name": "welcome", "subject": "Hello {{ name }}", "html": "<p>{{ name }}</p>", "text": "{{ name }}"},
    )
    assert (made.status, made.json["data"]["variables"]) == (201, ["name"])
    template_id = made.json["data"]["id"]
    body = {
        "from": FROM,
        "to": [{"email": "amy@reader.example"}, {"email": "bob@reader.example"}],
        "template_id": template_id,
        "personalization": [
            {"email": "amy@reader.example", "data": {"name": "Amy <3"}},
            {"email": "bob@reader.example", "data": {"name": "Bob"}},
        ],
    }
    assert shop.mailersend("POST", "/v1/email", body).status == 202
    amys, bobs = cloud.wait_for_mail("amy@reader.example"), cloud.wait_for_mail("bob@reader.example")
    assert (amys["subject"], bobs["subject"]) == ("Hello Amy <3", "Hello Bob")
    assert "<p>Amy &lt;3</p>" in amys["html"]
    assert "bob@" not in amys["raw"]

    lacking = shop.mailersend("POST", "/v1/email", body | {"personalization": []})
    assert lacking.json["errors"] == {"personalization": ["The template needs name, which isn't given."]}


def test_a_mail_for_later_leaves_when_its_moment_has_come(cloud: LocalCloud, shop: Account) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    body = mail("later@reader.example", send_at=int(later.timestamp()))
    assert shop.mailersend("POST", "/v1/email", body).status == 202
    sweep = f"{cloud.control}/run/message_sweep"
    assert cloud.call("POST", sweep, {}).json["queued"] == 0
    assert cloud.mails_to("later@reader.example") == []
    after = (later + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cloud.call("POST", sweep, {"time": after}).json["queued"] == 1
    cloud.wait_for_mail("later@reader.example")


def test_a_mail_for_later_is_listed_and_taken_back(cloud: LocalCloud, shop: Account) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)
    body = mail("never@reader.example", subject="Never", send_at=int(later.timestamp()))
    message_id = shop.mailersend("POST", "/v1/email", body).headers["x-message-id"]
    listed = shop.mailersend("GET", "/v1/message-schedules?status=scheduled").json["data"]
    assert ("Never", message_id) in [(row["subject"], row["message_id"]) for row in listed]
    path = f"/v1/message-schedules/{message_id}"
    assert shop.mailersend("GET", path).json["data"]["domain"]["name"] == DOMAIN
    assert shop.mailersend("DELETE", path).status == 204
    assert shop.mailersend("GET", path).status == 404
    after = (later + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cloud.call("POST", f"{cloud.control}/run/message_sweep", {"time": after}).json["queued"] == 0
    assert cloud.mails_to("never@reader.example") == []


def test_an_identity_is_told_why_it_cannot_send_yet(shop: Account) -> None:
    domain_id = shop.mailersend("GET", "/v1/domains").json["data"][0]["id"]
    made = shop.mailersend(
        "POST", "/v1/identities", {"domain_id": domain_id, "name": "Cleo", "email": "cleo@client.example"}
    ).json["data"]
    told = shop.mailersend("GET", f"/v1/identities/{made['id']}/explain").json["data"]
    assert (told["can_send"], told["gates"][0]["code"]) == (False, "identity_not_verified")


def test_many_mails_at_once_are_accounted_for(cloud: LocalCloud, shop: Account) -> None:
    bodies = [mail(f"bulk{number}@reader.example") for number in range(5)]
    bodies[2] = {"to": [{"email": "nonsense"}]}
    taken = shop.mailersend("POST", "/v1/bulk-email", bodies)
    assert taken.status == 202
    told = shop.mailersend("GET", f"/v1/bulk-email/{taken.json['bulk_email_id']}").json["data"]
    assert (len(told["messages_id"]), told["validation_errors_count"]) == (4, 1)
    assert "message.2" in told["validation_errors"]
    for number in (0, 1, 3, 4):
        cloud.wait_for_mail(f"bulk{number}@reader.example")

    batch = [
        {
            "destination": {"email": to},
            "payload": {"subject": "Hi", "body_text": "Hi"},
            "metadata": {"from_email": f"news@{DOMAIN}"},
        }
        for to in ("batch@reader.example", "nonsense")
    ]
    results = shop.sendara("POST", "/v1/send/batch", batch).json
    assert [each["success"] for each in results] == [True, False]
    assert results[1]["error"]["code"] == "invalid_request"


def test_mail_leaves_as_fast_as_the_provider_takes_it(cloud: LocalCloud, shop: Account) -> None:
    """At the pace of SES's newest accounts, the only one that is safe unasked, what follows would wait for minutes."""
    crowd = mail("crowd0@reader.example")
    crowd["to"] = [{"email": f"crowd{number}@reader.example"} for number in range(40)]
    assert shop.mailersend("POST", "/v1/email", crowd).status == 202
    cloud.wait_for_mail("crowd39@reader.example", seconds=20)
    for number in range(4):
        assert shop.mailersend("POST", "/v1/email", mail(f"next{number}@reader.example")).status == 202
    for number in range(4):
        cloud.wait_for_mail(f"next{number}@reader.example", seconds=20)


def test_a_test_key_reaches_nobody_and_its_bounces_count(cloud: LocalCloud, shop: Account) -> None:
    key = shop.sendara("POST", "/v1/keys", {"scope": "send", "test_mode": True}).json["key"]
    headers = {"Authorization": f"Bearer {key}"}
    body = {
        "destination": {"email": "bounced@anywhere.example"},
        "payload": {"subject": "Hi", "body_text": "Hi"},
        "metadata": {"from_email": f"news@{DOMAIN}"},
    }
    send = f"{cloud.origin}/v1/send"
    first = cloud.call("POST", send, body | {"idempotency_key": "of-a-test"}, headers=headers)
    assert first.status == 201
    refused = cloud.until(
        lambda: cloud.call("POST", send, body, headers=headers), lambda answer: answer.status == 409
    )
    assert refused.json["error"]["code"] == "recipient_suppressed"
    assert cloud.mails_to("bounced@anywhere.example") == []
    # Another key of the account finds it by the key that it was sent with.
    assert shop.sendara("GET", "/v1/messages?idempotency_key=of-a-test").json["id"] == first.json["id"]


def test_without_a_sender_the_shared_one_reaches_the_owner_alone(cloud: LocalCloud) -> None:
    account = cloud.account("Newcomer", owner_email="owner@newcomer.example")
    body = {
        "destination": {"email": "owner@newcomer.example"},
        "payload": {"subject": "Hi", "body_text": "Hi"},
    }
    assert account.sendara("POST", "/v1/send", body).status == 201
    assert "shared.letterhead.example" in cloud.wait_for_mail("owner@newcomer.example")["from"]
    refused = account.sendara("POST", "/v1/send", body | {"destination": {"email": "x@reader.example"}})
    assert refused.json["error"]["code"] == "forbidden"


def test_a_long_text_arrives_whole(cloud: LocalCloud, shop: Account) -> None:
    text = "\n".join(secrets.token_hex(40) for _ in range(100))  # which nothing makes short
    assert shop.mailersend("POST", "/v1/email", mail("patient@reader.example", text=text)).status == 202
    got = cloud.wait_for_mail("patient@reader.example")["text"]
    assert got.replace("\r\n", "\n").strip() == text


def test_a_file_that_is_gone_before_its_mail_leaves_makes_the_mail_fail(
    cloud: LocalCloud, shop: Account
) -> None:
    (domain,) = shop.mailersend("GET", "/v1/domains").json["data"]

    def failed() -> int:
        return counts_of(shop, domain["id"])["failed"]

    before = failed()
    upload = shop.mailersend("POST", "/v1/uploads").json["data"]
    form, kind = encode_multipart_formdata([*upload["fields"].items(), ("file", ("film.mp4", b"film"))])
    assert cloud.send("POST", upload["url"], form, {"Content-Type": kind}).status == 204
    later = datetime.now(UTC) + timedelta(minutes=30)
    wanted = mail(
        "viewer@reader.example",
        attachments=[{"filename": "film.mp4", "upload_id": upload["id"]}],
        send_at=int(later.timestamp()),
    )
    sent = shop.mailersend("POST", "/v1/email", wanted)
    assert sent.status == 202, sent.text
    cloud.aws("s3").delete_object(Bucket=upload["url"].rpartition("/")[2], Key=upload["fields"]["key"])

    time = (later + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cloud.call("POST", f"{cloud.control}/run/message_sweep", {"time": time}).json["queued"] >= 1

    path = f"/v1/messages/{sent.headers['x-message-id']}"
    cloud.until(lambda: shop.mailersend("GET", path).text, lambda shown: "attachment_lost" in shown)
    cloud.until(failed, lambda count: count == before + 1)
