"""Sender identities through the origin: creation, the mail, the page, and who may not confirm."""

from __future__ import annotations

import re

import pytest

from local.tour.page_form import press
from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

MICROSECONDS_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
IDENTITY_KEYS = [
    "id", "email", "name", "reply_to_email", "reply_to_name", "is_verified", "resends", "add_note", "personal_note", "domain",
]  # fmt: skip


def create(account: Account, domain_id: str, email: str, **more: object) -> dict[str, object]:
    answer = account.mailersend(
        "POST", "/v1/identities", {"domain_id": domain_id, "email": email, "name": "Pedro Doe", **more}
    )
    assert answer.status == 201, answer.text
    return answer.json["data"]


def link_in(cloud: LocalCloud, address: str) -> str:
    mail = cloud.wait_for_mail(address)
    (link,) = {link for link in mail["links"] if "/confirmations/" in link}
    return link


def confirm(cloud: LocalCloud, link: str, button: str = "confirm") -> int:
    page = cloud.send("GET", link)
    pressed = press(page.text, link, button)
    assert pressed is not None
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "&".join(f"{name}={value}" for name, value in pressed.fields.items())
    return cloud.send("POST", pressed.url, body.encode(), form).status


def test_an_identity_is_confirmed_by_the_button_and_by_nothing_else(
    cloud: LocalCloud, account: Account
) -> None:
    domain = account.verified_domain("mail.agency-one.com")
    created = create(
        account,
        domain["id"],
        "pedro@client-one.com",
        reply_to_email="test@client-one.com",
        reply_to_name="Test Doe",
        add_note=True,
        personal_note="Hi Pedro, please confirm this <b>email</b>.",
    )
    assert [key for key in created if key in IDENTITY_KEYS] == IDENTITY_KEYS
    assert created["is_verified"] is False
    assert created["resends"] == 0
    assert list(created["domain"])[:4] == ["id", "name", "created_at", "updated_at"]
    assert MICROSECONDS_FORM.fullmatch(created["domain"]["created_at"])

    mail = cloud.wait_for_mail("pedro@client-one.com")
    assert mail["envelope"]["mail_from"].endswith("@mail.mail.agency-one.com")
    assert "no-reply@mail.agency-one.com" in str(mail["from"])
    assert "<b>email</b>" not in mail["html"]
    link = link_in(cloud, "pedro@client-one.com")

    for method in ("HEAD", "GET", "GET"):
        cloud.send(method, link)
    blind = cloud.send("POST", link, b"", {"Content-Type": "application/x-www-form-urlencoded"})
    assert blind.status == 400
    path = f"/v1/identities/{created['id']}"
    assert account.mailersend("GET", path).json["data"]["is_verified"] is False

    assert confirm(cloud, link) == 200
    assert account.mailersend("GET", path).json["data"]["is_verified"] is True
    assert cloud.send("GET", link).status == 410


def test_this_was_not_me_refuses_for_good(cloud: LocalCloud, account: Account) -> None:
    domain = account.verified_domain("mail.agency-two.com")
    created = create(account, domain["id"], "mallory@client-two.com")
    link = link_in(cloud, "mallory@client-two.com")
    assert confirm(cloud, link, "wasn.t me") == 200
    assert cloud.send("GET", link).status == 410
    assert account.mailersend("GET", f"/v1/identities/{created['id']}").json["data"]["is_verified"] is False


def test_the_page_allows_nothing_but_itself(cloud: LocalCloud) -> None:
    page = cloud.send("GET", f"{cloud.origin}/confirmations/{'x' * 43}")
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_an_identity_needs_a_verified_domain_of_this_account(
    account: Account, other_account: Account
) -> None:
    pending = account.sendara("POST", "/v1/domains", {"domain": "pending.agency-three.com"}).json
    body = {"domain_id": pending["id"], "email": "x@client-three.com", "name": "X"}
    assert list(account.mailersend("POST", "/v1/identities", body).json["errors"]) == ["domain_id"]
    foreign = other_account.mailersend("POST", "/v1/identities", body)
    unknown = other_account.mailersend("POST", "/v1/identities", {**body, "domain_id": "0000000000000000"})
    assert foreign.status == unknown.status == 422
    assert foreign.json == unknown.json


def test_every_wrong_field_is_named(account: Account) -> None:
    answer = account.mailersend(
        "POST", "/v1/identities", {"email": "nonsense", "name": "x" * 192, "add_note": "yes"}
    )
    assert answer.status == 422
    assert set(answer.json["errors"]) == {"domain_id", "email", "name", "add_note"}
    assert answer.json["message"].endswith("(and 3 more errors)")


def test_an_address_is_taken_once_whatever_its_case(account: Account) -> None:
    domain = account.verified_domain("mail.agency-four.com")
    create(account, domain["id"], "Jo@client-four.com")
    again = account.mailersend(
        "POST", "/v1/identities", {"domain_id": domain["id"], "email": "jO@CLIENT-four.com", "name": "Jo"}
    )
    assert again.status == 422
    assert again.json == {
        "message": "The email has already been taken.",
        "errors": {"email": ["The email has already been taken."]},
    }


def test_the_list_has_pages(account: Account) -> None:
    domain = account.verified_domain("mail.agency-five.com")
    for number in range(12):
        create(account, domain["id"], f"client{number}@clients-five.com")
    first = account.mailersend("GET", "/v1/identities?limit=10").json
    assert len(first["data"]) == 10
    assert first["meta"]["total"] == 12
    assert first["meta"]["last_page"] == 2
    following = account.mailersend("GET", first["links"]["next"].partition(account.cloud.origin)[2]).json
    assert len(following["data"]) == 2
    assert following["links"]["next"] is None
    assert {row["email"] for row in first["data"] + following["data"]} == {
        f"client{n}@clients-five.com" for n in range(12)
    }
