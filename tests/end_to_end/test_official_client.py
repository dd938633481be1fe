"""MailerSend's own Python client makes every call on sender identities that it has, with only its base URL changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mailersend import IdentityBuilder, MailerSendClient
from mailersend.exceptions import BadRequestError, ResourceNotFoundError

from tests.end_to_end.conftest import Account, LocalCloud

pytestmark = pytest.mark.end_to_end

EMAIL = "Amy+books@client-official.com"


@pytest.fixture
def client(cloud: LocalCloud, account: Account) -> Iterator[MailerSendClient]:
    # Its retries would wait as long as an answer of 429 says.
    options = {"base_url": f"{cloud.origin}/v1/", "max_retries": 0}
    with MailerSendClient(api_key=account.tokens["mailersend"], **options) as made:
        yield made


def test_the_official_client_does_every_call(account: Account, client: MailerSendClient) -> None:
    domain = account.verified_domain("mail.agency-official.com")
    calls = client.identities
    asked = IdentityBuilder().domain_id(domain["id"]).name("Amy").email(EMAIL)
    asked = asked.with_reply_to("help@client-official.com", "Help").enable_personal_note("Hi!")
    made = calls.create_identity(asked.build_create_request())
    assert (made.status_code, made["data"]["email"], made["data"]["is_verified"]) == (201, EMAIL, False)
    identity_id = made["data"]["id"]

    listed = calls.list_identities(IdentityBuilder().page(1).limit(10).build_list_request())
    of_domain = calls.list_identities(
        IdentityBuilder().domain_id(made["data"]["domain"]["id"]).build_list_request()
    )
    for page in (listed, of_domain):
        assert [one["id"] for one in page["data"]] == [identity_id]
        assert (page["meta"]["total"], page["links"]["next"]) == (1, None)

    by_id, by_email = IdentityBuilder().identity_id(identity_id), IdentityBuilder().email(EMAIL)
    assert calls.get_identity(by_id.build_get_request())["data"]["personal_note"] == "Hi!"
    assert calls.get_identity_by_email(by_email.build_get_by_email_request())["data"]["id"] == identity_id

    renamed = calls.update_identity(by_id.copy().name("Amy B").build_update_request())
    assert (renamed["data"]["name"], renamed["data"]["reply_to_name"]) == ("Amy B", "Help")
    unchanged = calls.update_identity(IdentityBuilder().identity_id(identity_id).build_update_request())
    assert unchanged["data"]["name"] == "Amy B"
    again = calls.update_identity_by_email(by_email.copy().name("Amy C").build_update_by_email_request())
    assert again["data"]["name"] == "Amy C"

    with pytest.raises(BadRequestError) as refused:
        calls.create_identity(asked.build_create_request())
    assert refused.value.response.status_code == 422
    assert refused.value.response.json()["errors"]["email"]

    assert calls.delete_identity_by_email(by_email.build_delete_by_email_request()).status_code == 200
    with pytest.raises(ResourceNotFoundError):
        calls.get_identity(by_id.build_get_request())
    second = calls.create_identity(asked.build_create_request())
    by_id = IdentityBuilder().identity_id(second["data"]["id"])
    assert calls.delete_identity(by_id.build_delete_request()).status_code == 200
