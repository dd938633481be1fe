"""Changing, deleting and asking again through the origin: ids and addresses in paths, links that die, limits that hold."""

from __future__ import annotations

from typing import Any

import pytest

from local.tour.page_form import press
from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def create(account: Account, domain: dict[str, Any], email: str) -> dict[str, Any]:
    body = {"domain_id": domain["id"], "email": email, "name": "Pedro Doe"}
    answer = account.mailersend("POST", "/v1/identities", body)
    assert answer.status == 201, answer.text
    return answer.json["data"]


def links_to(cloud: LocalCloud, address: str, number: int) -> list[str]:
    """The links of so many mails, newest first."""
    mails = cloud.until(lambda: cloud.mails_to(address), lambda found: len(found) >= number, 30)
    return [next(link for link in mail["links"] if "/confirmations/" in link) for mail in mails]


def confirm(cloud: LocalCloud, link: str, button: str = "confirm") -> int:
    pressed = press(cloud.send("GET", link).text, link, button)
    assert pressed is not None
    body = "&".join(f"{name}={value}" for name, value in pressed.fields.items())
    return cloud.send("POST", pressed.url, body.encode(), FORM).status


def test_an_identity_is_changed_read_and_deleted_by_its_raw_address(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("mail.agency-raw.com")
    created = create(account, domain, "pedro+news@client-raw.com")
    path = "/v1/identities/email/pedro+news@client-raw.com"
    cloud.until(lambda: account.mailersend("GET", path).json["data"]["last_sent_at"], bool)
    changed = account.mailersend("PUT", path, {"name": "Pedro D."})
    assert (changed.status, changed.json["data"]["name"]) == (200, "Pedro D.")
    assert account.mailersend("PUT", f"/v1/identities/{created['id']}").json == changed.json
    assert account.mailersend("GET", path).json == changed.json
    deleted = account.mailersend("DELETE", path)
    assert (deleted.status, deleted.content) == (200, b"")
    assert account.mailersend("GET", path).status == 404
    assert account.mailersend("GET", "/v1/identities").json["meta"]["total"] == 0


def test_two_resends_leave_one_live_link(cloud: LocalCloud, account: Account) -> None:
    address = "jane@client-resend.com"
    created = create(account, account.verified_domain("mail.agency-resend.com"), address)
    path = f"/v1/identities/{created['id']}"
    links_to(cloud, address, 1)
    for number in (1, 2):
        resent = account.mailersend("POST", f"{path}/resend")
        assert (resent.status, resent.json["data"]["resends"]) == (200, number)
        links_to(cloud, address, number + 1)
    newest, *older = links_to(cloud, address, 3)
    for link in older:
        page = cloud.send("GET", link)
        assert (page.status, "replaced" in page.text) == (410, True)
    assert confirm(cloud, newest) == 200
    assert account.mailersend("GET", path).json["data"]["status"] == "verified"
    assert account.mailersend("POST", f"{path}/resend").status == 422


def test_a_new_address_kills_the_old_link_and_gets_its_own(cloud: LocalCloud, account: Account) -> None:
    created = create(account, account.verified_domain("mail.agency-move.com"), "old@client-move.com")
    (old_link,) = links_to(cloud, "old@client-move.com", 1)
    path = f"/v1/identities/{created['id']}"
    moved = account.mailersend("PUT", path, {"email": "new@client-move.com"}).json["data"]
    assert (moved["id"], moved["is_verified"]) == (created["id"], False)
    (new_link,) = links_to(cloud, "new@client-move.com", 1)
    assert cloud.send("GET", old_link).status == 410
    assert confirm(cloud, new_link) == 200
    assert account.mailersend("GET", path).json["data"]["is_verified"] is True


def test_a_deleted_identitys_link_is_unknown(cloud: LocalCloud, account: Account) -> None:
    created = create(account, account.verified_domain("mail.agency-gone.com"), "gone@client-gone.com")
    (link,) = links_to(cloud, "gone@client-gone.com", 1)
    account.mailersend("DELETE", f"/v1/identities/{created['id']}")
    assert cloud.send("GET", link).status == 404


def test_who_refused_is_not_asked_again_not_even_by_a_new_identity(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("mail.agency-refused.com")
    created = create(account, domain, "no@client-refused.com")
    (link,) = links_to(cloud, "no@client-refused.com", 1)
    assert confirm(cloud, link, "wasn.t me") == 200
    path = f"/v1/identities/{created['id']}"
    assert account.mailersend("GET", path).json["data"]["status"] == "refused"
    refused = account.mailersend("POST", f"{path}/resend")
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 29 * 86400
    account.mailersend("DELETE", path)
    body = {"domain_id": domain["id"], "email": "no@client-refused.com", "name": "Pedro Doe"}
    assert account.mailersend("POST", "/v1/identities", body).status == 429


def test_the_sixth_resend_of_a_day_has_to_wait(account: Account) -> None:
    created = create(account, account.verified_domain("mail.agency-often.com"), "often@client-often.com")
    answers = [account.mailersend("POST", f"/v1/identities/{created['id']}/resend") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 86400
