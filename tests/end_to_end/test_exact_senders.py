"""The DMARC forecast and the exact From mode through the origin: two mails, two yeses, and nothing taken from anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from local.tour.page_form import press
from tests.end_to_end.conftest import Account, Answer, LocalCloud

pytestmark = pytest.mark.end_to_end

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def create(account: Account, domain: dict[str, Any], email: str, **more: Any) -> Answer:
    body = {"domain_id": domain["id"], "email": email, "name": "Pedro Doe", **more}
    return account.mailersend("POST", "/v1/identities", body)


def policy(cloud: LocalCloud, domain: str, text: str) -> None:
    cloud.set_zone(domain, f'_dmarc.{domain}. 60 IN TXT "{text}"\n')


def link_to(cloud: LocalCloud, address: str, part: str, number: int = 1) -> str:
    """The newest mail's link of that kind, when there are so many of them."""

    def links() -> list[str]:
        found = (link for mail in cloud.mails_to(address) for link in mail["links"] if part in link)
        return list(dict.fromkeys(found))

    return str(cloud.until(links, lambda found: len(found) >= number, 40)[0])


def confirm(cloud: LocalCloud, address: str) -> Answer:
    link = link_to(cloud, address, "/confirmations/")
    pressed = press(cloud.send("GET", link).text, link, "confirm")
    assert pressed is not None
    body = "&".join(f"{name}={value}" for name, value in pressed.fields.items())
    return cloud.send("POST", pressed.url, body.encode(), FORM)


def until(cloud: LocalCloud, shown: Callable[[], dict[str, Any]], status: str) -> dict[str, Any]:
    seen: dict[str, Any] = cloud.until(shown, lambda identity: identity["exact_status"] == status)
    return seen


def shown_by(account: Account, identity: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: account.mailersend("GET", f"/v1/identities/{identity['id']}").json["data"]


def test_every_policy_has_its_forecast(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("mail.agency-forecast.com")
    expected = {"reject": "reject", "quarantine": "junk", "none": "pass"}
    for asked, exact in expected.items():
        policy(cloud, f"client-{asked}.com", f"v=DMARC1; p={asked}")
        found = create(account, domain, f"amy@client-{asked}.com").json["data"]["dmarc"]
        assert (found["policy"], found["source_name"]) == (asked, f"_dmarc.client-{asked}.com")
        assert (found["aligned_result"], found["exact_result"], found["verdict"]) == ("pass", exact, "pass")
    cloud.fault("_dmarc.client-broken.com", "drop")
    began = time.monotonic()
    broken = create(account, domain, "amy@client-broken.com", from_mode="exact")
    assert time.monotonic() - began < 8
    assert (broken.status, broken.json["data"]["dmarc"]["exact_result"]) == (201, "unknown")
    refused = create(account, domain, "bob@client-reject.com", from_mode="exact")
    assert (refused.status, list(refused.json["errors"])) == (422, ["from_mode"])


def test_an_exact_sender_needs_two_yeses(cloud: LocalCloud, account: Account) -> None:
    address = "Pedro@client-exact.com"
    policy(cloud, "client-exact.com", "v=DMARC1; p=quarantine")
    created = create(account, account.verified_domain("mail.agency-exact.com"), address, from_mode="exact")
    identity = created.json["data"]
    assert (created.status, identity["exact_status"], identity["dmarc"]["verdict"]) == (
        201,
        "waiting",
        "junk",
    )
    assert identity["from_preview"]["from"] == f'"Pedro Doe" <{address}>'
    shown = shown_by(account, identity)
    page = confirm(cloud, address)
    assert (page.status, "second mail" in " ".join(page.text.split())) == (200, True)
    first = link_to(cloud, address, "/verify-email/")
    waiting = until(cloud, shown, "pending")
    assert (waiting["is_verified"], waiting["status"]) == (False, "pending")
    resent = account.mailersend("POST", f"/v1/identities/{identity['id']}/resend")
    assert (resent.status, resent.json["data"]["resends"]) == (200, 1)
    second = link_to(cloud, address, "/verify-email/", 2)
    assert cloud.send("GET", first).status == 404
    assert cloud.send("GET", second).status == 200
    verified = until(cloud, shown, "verified")
    assert (verified["is_verified"], verified["status"], verified["last_error"]) == (True, "verified", None)


def test_an_address_at_ses_goes_to_whom_its_owner_consented_last(
    cloud: LocalCloud, account: Account, other_account: Account
) -> None:
    address = "jane@client-shared.com"
    first = create(
        account, account.verified_domain("mail.agency-first.com"), address, from_mode="exact"
    ).json["data"]
    confirm(cloud, address)
    cloud.send("GET", link_to(cloud, address, "/verify-email/"))
    until(cloud, shown_by(account, first), "verified")

    domain = other_account.verified_domain("mail.agency-second.com")
    second = create(other_account, domain, address, from_mode="exact").json["data"]
    link_to(cloud, address, "/confirmations/", 2)
    confirm(cloud, address)
    assert until(cloud, shown_by(other_account, second), "pending")["is_verified"] is False
    lost = until(cloud, shown_by(account, first), "conflict")
    assert (lost["is_verified"], "somebody else" in lost["last_error"]) == (False, True)
    cloud.send("GET", link_to(cloud, address, "/verify-email/", 2))
    assert until(cloud, shown_by(other_account, second), "verified")["is_verified"] is True

    def told() -> list[str]:
        mails = cloud.call("GET", f"{cloud.control}/mailbox").json
        subject = f"{address} can't be a sender of Web Agency any more"
        return [mail["text"] for mail in mails if mail["subject"] == subject]

    assert len(cloud.until(told, bool)) == 1


def test_an_address_that_its_account_deletes_is_gone_from_ses(cloud: LocalCloud, account: Account) -> None:
    address, domain = "jane@client-deleted.com", account.verified_domain("mail.agency-deletes.com")
    identity = create(account, domain, address, from_mode="exact").json["data"]
    confirm(cloud, address)
    link_to(cloud, address, "/verify-email/")
    until(cloud, shown_by(account, identity), "pending")

    def at_ses() -> set[str]:
        return {
            each["IdentityName"] for each in cloud.aws("sesv2").list_email_identities()["EmailIdentities"]
        }

    assert address in at_ses()
    assert account.mailersend("DELETE", f"/v1/identities/{identity['id']}").status == 200
    assert address not in at_ses()
