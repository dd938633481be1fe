"""Address identities: SES's own verification mail and its link, which verifies when it is opened."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest


def status(ses, address="amy@client.com"):
    return ses.v2.get_email_identity(EmailIdentity=address)["VerificationStatus"]


def open_link(link):
    try:
        with urllib.request.urlopen(link) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_new_address_gets_a_mail_with_a_link_that_verifies_it(ses):
    created = ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    assert (created["IdentityType"], created["VerifiedForSendingStatus"]) == ("EMAIL_ADDRESS", False)
    assert status(ses) == "PENDING"

    (mail,) = ses.mailbox.as_json()
    assert "no-reply-aws@amazon.com" in mail["from"]
    assert mail["envelope"]["recipients"] == ["amy@client.com"]
    (link,) = mail["links"]
    code, page = open_link(link)

    assert (code, "verified" in page) == (200, True)
    identity = ses.v2.get_email_identity(EmailIdentity="amy@client.com")
    assert identity["VerificationStatus"] == "SUCCESS"
    assert identity["VerifiedForSendingStatus"] is True
    assert identity["DkimAttributes"] == {"SigningEnabled": False, "Status": "NOT_STARTED"}


def test_the_link_works_for_24_hours(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    (link,) = ses.mailbox.as_json()[0]["links"]
    ses.clock.turn(hours=24)

    assert status(ses) == "FAILED"
    assert open_link(link)[0] == 410
    assert status(ses) == "FAILED"


def test_a_link_can_be_asked_for_again_and_replaces_the_first(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    ses.clock.turn(hours=25)
    ses.v1.verify_email_identity(EmailAddress="amy@client.com")
    newer, older = (mail["links"][0] for mail in ses.mailbox.as_json())

    assert status(ses) == "PENDING"
    assert open_link(older)[0] == 404
    assert open_link(newer)[0] == 200
    assert status(ses) == "SUCCESS"


def test_a_verified_address_stays_verified_when_a_link_is_asked_for(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    open_link(ses.mailbox.as_json()[0]["links"][0])
    ses.v1.verify_email_identity(EmailAddress="amy@client.com")

    assert status(ses) == "SUCCESS"
    ses.clock.turn(days=30)
    assert status(ses) == "SUCCESS"


def test_a_deleted_address_has_no_link_any_more(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    (link,) = ses.mailbox.as_json()[0]["links"]
    ses.v2.delete_email_identity(EmailIdentity="amy@client.com")

    assert open_link(link)[0] == 404


def test_addresses_are_compared_as_they_are_written(ses):
    ses.v2.create_email_identity(EmailIdentity="amy@client.com")
    ses.v2.create_email_identity(EmailIdentity="Amy+news@Client.com")

    assert status(ses, "Amy+news@Client.com") == "PENDING"
    with pytest.raises(ses.v2.exceptions.NotFoundException):
        status(ses, "AMY@client.com")


@pytest.mark.parametrize(
    "address", ["@client.com", "amy@", "amy@client", "a b@client.com", "ämy@client.com", "a@b@c.com"]
)
def test_what_is_no_address_is_refused(ses, address):
    with pytest.raises(ses.v2.exceptions.BadRequestException):
        ses.v2.create_email_identity(EmailIdentity=address)
    assert ses.mailbox.as_json() == []
