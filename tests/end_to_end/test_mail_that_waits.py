"""Mail that is kept back until it may leave, and the link by which a reader gets no more: through the origin, IAM enforced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

DOMAIN = "patient.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def sender(cloud: LocalCloud) -> Iterator[Account]:
    account = cloud.account("Patient")
    account.verified_domain(DOMAIN)
    yield account
    cloud.delete_zone(DOMAIN)


def mail(*to: str, **changes):
    recipients = [{"email": each} for each in to]
    return {
        "from": {"email": f"news@{DOMAIN}"},
        "to": recipients,
        "subject": "Hi",
        "text": "Hello",
    } | changes


def sweep(cloud: LocalCloud, moment: datetime) -> int:
    """How many mails a sweep at that moment lets go on."""
    body = {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    queued: int = cloud.call("POST", f"{cloud.control}/run/message_sweep", body).json["queued"]
    return queued


def set_warm_up(cloud: LocalCloud, allowance: int) -> None:
    """As a deployment with that WarmUpAllowance does."""
    client = cloud.aws("lambda")
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = function.get("Environment", {}).get("Variables", {})
            if "WARM_UP_ALLOWANCE" in variables:
                variables["WARM_UP_ALLOWANCE"] = str(allowance)
                client.update_function_configuration(
                    FunctionName=function["FunctionName"], Environment={"Variables": variables}
                )


def test_mail_over_a_new_domains_allowance_waits_for_another_day_and_then_leaves(
    cloud: LocalCloud, sender: Account
) -> None:
    set_warm_up(cloud, 1)
    try:
        assert sender.mailersend("POST", "/v1/email", mail("first@waiting.example")).status == 202
        assert sender.mailersend("POST", "/v1/email", mail("second@waiting.example")).status == 202
        impatient = sender.mailersend("POST", "/v1/email", mail("third@waiting.example", wait=False))
        assert (impatient.status, int(impatient.headers["retry-after"]) > 0) == (429, True)
        cloud.wait_for_mail("first@waiting.example")
        now = datetime.now(UTC)
        assert sweep(cloud, now.replace(hour=23, minute=59, second=58)) == 0
        assert cloud.mails_to("second@waiting.example") == []
        (shown,) = sender.mailersend("GET", "/v1/domains").json["data"]
        assert shown["warm_up"]["allowance"] == 1
    finally:
        set_warm_up(cloud, 0)
    assert sweep(cloud, datetime.now(UTC) + timedelta(days=1)) == 1
    cloud.wait_for_mail("second@waiting.example")
    assert len(cloud.mails_to("second@waiting.example")) == 1
    assert cloud.mails_to("third@waiting.example") == []


def test_a_mail_whose_domain_ses_has_forgotten_waits_and_leaves_once_when_it_is_back(
    cloud: LocalCloud, sender: Account
) -> None:
    ses = cloud.aws("sesv2")
    ses.delete_email_identity(EmailIdentity=DOMAIN)
    assert sender.mailersend("POST", "/v1/email", mail("rita@forgotten.example")).status == 202

    def known() -> bool:
        try:
            return bool(ses.get_email_identity(EmailIdentity=DOMAIN)["VerifiedForSendingStatus"])
        except ses.exceptions.NotFoundException:
            return False

    cloud.until(known, bool)
    assert cloud.mails_to("rita@forgotten.example") == []
    assert sender.verify(DOMAIN)["fully_verified"]
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=20)) == 1
    cloud.wait_for_mail("rita@forgotten.example")
    assert sweep(cloud, datetime.now(UTC) + timedelta(minutes=40)) == 0
    assert len(cloud.mails_to("rita@forgotten.example")) == 1


def test_a_link_in_the_mail_stops_its_readers_mail_from_that_domain(
    cloud: LocalCloud, sender: Account
) -> None:
    body = mail(
        "ann@leaving.example",
        "ben@leaving.example",
        text="Enough? {$unsubscribe}",
        html='<a href="{{unsubscribe}}">Enough?</a>',
    )
    assert sender.mailersend("POST", "/v1/email", body).status == 202
    links = {}
    for reader in ("ann", "ben"):
        got = cloud.wait_for_mail(f"{reader}@leaving.example")
        (links[reader],) = set(
            re.findall(r"https?://[^\s\"<>]+/unsubscribe/[\w-]+", got["text"] + got["html"])
        )
        assert "List-Unsubscribe=One-Click" in got["raw"]
        assert "{" not in got["html"] + got["text"]
    assert links["ann"] != links["ben"]

    template = {"name": "leave", "subject": "Hi {{ name }}", "text": "{{ name }}: {{ unsubscribe }}"}
    made = sender.mailersend("POST", "/v1/templates", template).json["data"]
    data = [{"email": "cem@leaving.example", "data": {"name": "Cem"}}]
    stored = mail("cem@leaving.example", template_id=made["id"], personalization=data)
    del stored["text"], stored["subject"]
    assert sender.mailersend("POST", "/v1/email", stored).status == 202
    assert re.fullmatch(
        r"Cem: http\S+/unsubscribe/\S+\s*", cloud.wait_for_mail("cem@leaving.example")["text"]
    )

    assert cloud.call("GET", links["ann"]).status == 200
    assert cloud.send("POST", links["ann"], b"List-Unsubscribe=One-Click", FORM).status == 200
    warned = sender.mailersend("POST", "/v1/email", mail("ann@leaving.example", "ben@leaving.example"))
    assert warned.json["warnings"][0]["recipients"] == [
        {"email": "ann@leaving.example", "name": None, "reasons": ["unsubscribed"]}
    ]
    sender.verified_domain("other.patient.test")
    elsewhere = mail("ann@leaving.example") | {"from": {"email": "news@other.patient.test"}}
    assert sender.mailersend("POST", "/v1/email/explain", elsewhere).json["data"]["can_send"]
    cloud.delete_zone("other.patient.test")
