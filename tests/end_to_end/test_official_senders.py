"""The services' own clients send with only their base URL changed: MailerSend's and Sendara's for Python, and Django's backend.

What arrives is compared header by header: none is missing, and none is there that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sendara
from mailersend import EmailBuilder, MailerSendClient

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

DOMAIN = "clients-official.com"
FROM = f"news@{DOMAIN}"
# Every mail has these; DKIM's and SES's own are the provider's.
ALWAYS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}
PROVIDERS = {"dkim-signature", "feedback-id", "x-ses-outgoing", "received", "return-path"}


@pytest.fixture(scope="module")
def sender(cloud: LocalCloud) -> Iterator[Account]:
    account = cloud.account("Official")
    account.verified_domain(DOMAIN)
    yield account
    cloud.delete_zone(DOMAIN)


def asked_for(mail: dict[str, Any]) -> set[str]:
    """The headers of a mail that its sender asked for."""
    return {name.lower() for name in mail["headers"]} - PROVIDERS


def test_mailersends_client_sends_one_and_many(cloud: LocalCloud, sender: Account) -> None:
    options = {"base_url": f"{cloud.origin}/v1/", "max_retries": 0}
    with MailerSendClient(api_key=sender.tokens["mailersend"], **options) as client:
        whole = (
            EmailBuilder()
            .from_email(FROM, "Näws")
            .to_many([{"email": "ms1@reader.example", "name": "Rita"}])
            .cc("ms-copy@reader.example")
            .bcc("ms-blind@reader.example")
            .reply_to("desk@clients-official.com", "Desk")
            .subject("Grüße")
            .html("<p>Hällo</p>")
            .text("Hällo")
            .tag("spring")
            .attach_content(b"a,b\r\n1,2\r\n", "täble.csv", "attachment")
            .header("X-Campaign", "spring")
            .in_reply_to("<first@clients-official.com>")
            .bulk_mode()
            .build()
        )
        answer = client.emails.send(whole)
        assert (answer.status_code, len(answer.headers["x-message-id"])) == (202, 24)
        plain = [
            EmailBuilder().from_email(FROM).to(to).subject("Hi").text("Hi").build()
            for to in ("ms2@reader.example", "ms3@reader.example")
        ]
        bulk = client.emails.send_bulk(plain)
        told = client.emails.get_bulk_status(bulk["bulk_email_id"])
        assert len(told["data"]["messages_id"]) == 2

    got = cloud.wait_for_mail("ms1@reader.example")
    assert (got["from"], got["to"], got["cc"]) == (
        f"Näws <{FROM}>",
        ["Rita <ms1@reader.example>"],
        ["ms-copy@reader.example"],
    )
    assert (got["subject"], got["text"].strip(), got["html"].strip()) == ("Grüße", "Hällo", "<p>Hällo</p>")
    assert asked_for(got) <= ALWAYS | {"reply-to", "cc", "x-campaign", "in-reply-to", "precedence"}
    assert {name.lower(): value for name, value in got["headers"].items()}["precedence"] == "bulk"
    assert [(file["filename"], file["size"]) for file in got["attachments"]] == [("täble.csv", 10)]
    assert "ms-blind" not in got["raw"]
    assert "ms-blind@reader.example" in got["envelope"]["recipients"]
    for to in ("ms2@reader.example", "ms3@reader.example"):
        assert asked_for(cloud.wait_for_mail(to)) == ALWAYS


def test_sendaras_client_sends_and_is_told_by_its_own_errors(cloud: LocalCloud, sender: Account) -> None:
    with sendara.Sendara(sender.tokens["sendara"], base_url=cloud.origin, max_retries=0) as client:
        sent = client.emails.send(
            to="sd1@reader.example", subject="Hi", html="<p>Hi</p>", text="Hi", from_=f'"News" <{FROM}>'
        )
        assert (sent.status, sent.id[:4]) == ("queued", "msg_")
        with pytest.raises(sendara.ValidationError) as refused:
            client.emails.send(to="x@reader.example", subject="Hi", html="Hi", from_="a@stranger.example")
        assert refused.value.code == "from_not_verified"
        client.suppressions.create(channel="email", recipient="gone@reader.example")
        with pytest.raises(sendara.ConflictError) as suppressed:
            client.emails.send(to="gone@reader.example", subject="Hi", html="Hi", from_=FROM)
        assert suppressed.value.code == "recipient_suppressed"

    got = cloud.wait_for_mail("sd1@reader.example")
    assert got["from"] == f"News <{FROM}>"
    assert asked_for(got) == ALWAYS - {"content-transfer-encoding"}
    assert cloud.mails_to("gone@reader.example") == []


def test_django_sends_by_anymails_backend(cloud: LocalCloud, sender: Account) -> None:
    import django.conf

    if not django.conf.settings.configured:
        django.conf.settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=())
    from anymail.exceptions import AnymailRecipientsRefused
    from anymail.message import AnymailMessage
    from django.core.mail import get_connection

    connection = get_connection(
        "anymail.backends.mailersend.EmailBackend",
        api_token=sender.tokens["mailersend"],
        api_url=f"{cloud.origin}/v1/",
        batch_send_mode="use-bulk-email",
    )
    mail = AnymailMessage(
        "Hello {{ name }}",
        "Dear {{ name }}",
        f"News <{FROM}>",
        ["dj1@reader.example", "dj2@reader.example"],
        connection=connection,
        merge_data={"dj1@reader.example": {"name": "Ann"}, "dj2@reader.example": {"name": "Bob"}},
        tags=["django"],
    )
    assert mail.send() == 1
    for to, name in (("dj1@reader.example", "Ann"), ("dj2@reader.example", "Bob")):
        got = cloud.wait_for_mail(to)
        assert (got["subject"], got["text"].strip(), got["to"]) == (f"Hello {name}", f"Dear {name}", [to])
        assert asked_for(got) == ALWAYS

    one = AnymailMessage("Hi", "Hi", FROM, ["dj3@reader.example"], connection=connection)
    assert one.send() == 1
    assert len(one.anymail_status.message_id) == 24
    sender.mailersend("POST", "/v1/suppressions/blocklist", {"recipients": ["dj4@reader.example"]})
    nobody = AnymailMessage("Hi", "Hi", FROM, ["dj4@reader.example"], connection=connection)
    with pytest.raises(AnymailRecipientsRefused):
        nobody.send()
    assert nobody.anymail_status.status == {"rejected"}
