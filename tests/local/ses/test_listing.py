"""Many identities at once: the v2 list and the v1 batch calls that a sweep uses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def three(ses):
    ses.v2.create_email_identity(EmailIdentity="b.com")
    ses.v2.create_email_identity(EmailIdentity="a.com")
    ses.v2.create_email_identity(EmailIdentity="amy@c.com")
    ses.publish_dkim("b.com")
    return ses


def names(answer):
    return [one["IdentityName"] for one in answer["EmailIdentities"]]


def test_all_identities_are_listed_with_what_dns_shows(three):
    assert three.v2.list_email_identities()["EmailIdentities"] == [
        {
            "IdentityType": "DOMAIN",
            "IdentityName": "a.com",
            "SendingEnabled": False,
            "VerificationStatus": "PENDING",
        },
        {
            "IdentityType": "EMAIL_ADDRESS",
            "IdentityName": "amy@c.com",
            "SendingEnabled": False,
            "VerificationStatus": "PENDING",
        },
        {
            "IdentityType": "DOMAIN",
            "IdentityName": "b.com",
            "SendingEnabled": True,
            "VerificationStatus": "SUCCESS",
        },
    ]


def test_a_list_comes_in_pages(three):
    first = three.v2.list_email_identities(PageSize=2)
    second = three.v2.list_email_identities(PageSize=2, NextToken=first["NextToken"])

    assert (names(first), names(second)) == (["a.com", "amy@c.com"], ["b.com"])
    assert "NextToken" not in second


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"IDENTITY_TYPE": "DOMAIN"}, ["a.com", "b.com"]),
        ({"IDENTITY_TYPE": "EMAIL_ADDRESS"}, ["amy@c.com"]),
        ({"VERIFICATION_STATUS": "SUCCESS"}, ["b.com"]),
        ({"IDENTITY_NAME_CONTAINS": "A"}, ["a.com", "amy@c.com"]),
        ({"IDENTITY_NAME_CONTAINS": "a", "IDENTITY_TYPE": "DOMAIN"}, ["a.com"]),
    ],
)
def test_a_list_can_be_filtered(three, wanted, found):
    assert names(three.v2.list_email_identities(Filter=wanted)) == found


@pytest.mark.parametrize(
    "asked", [{"PageSize": 0}, {"PageSize": 1001}, {"NextToken": "ü"}, {"Filter": {"NAME": "x"}}]
)
def test_a_senseless_list_is_refused(three, asked):
    with pytest.raises(three.v2.exceptions.BadRequestException):
        three.v2.list_email_identities(**asked)


def test_verification_comes_for_many_identities_in_one_call(three):
    attributes = three.v1.get_identity_verification_attributes(
        Identities=["b.com", "a.com", "amy@c.com", "nobody.com"]
    )["VerificationAttributes"]

    assert {name: one["VerificationStatus"] for name, one in attributes.items()} == {
        "b.com": "Success",
        "a.com": "Pending",
        "amy@c.com": "Pending",
    }
    assert attributes["b.com"]["VerificationToken"]
    assert "VerificationToken" not in attributes["amy@c.com"]


def test_dkim_comes_for_many_identities_in_one_call(three):
    tokens = three.v2.get_email_identity(EmailIdentity="b.com")["DkimAttributes"]["Tokens"]

    attributes = three.v1.get_identity_dkim_attributes(Identities=["b.com", "a.com", "amy@c.com"])[
        "DkimAttributes"
    ]

    assert attributes["b.com"] == {
        "DkimEnabled": True,
        "DkimVerificationStatus": "Success",
        "DkimTokens": tokens,
    }
    assert attributes["a.com"]["DkimVerificationStatus"] == "Pending"
    assert attributes["amy@c.com"] == {
        "DkimEnabled": False,
        "DkimVerificationStatus": "NotStarted",
        "DkimTokens": [],
    }


def test_mail_from_comes_for_many_identities_in_one_call(three):
    three.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="b.com", MailFromDomain="mail.b.com", BehaviorOnMxFailure="REJECT_MESSAGE"
    )

    attributes = three.v1.get_identity_mail_from_domain_attributes(Identities=["b.com", "a.com"])

    assert attributes["MailFromDomainAttributes"]["b.com"] == {
        "MailFromDomain": "mail.b.com",
        "MailFromDomainStatus": "Pending",
        "BehaviorOnMXFailure": "RejectMessage",
    }
    assert "MailFromDomain" not in attributes["MailFromDomainAttributes"]["a.com"]


@pytest.mark.parametrize(
    "call",
    [
        "get_identity_verification_attributes",
        "get_identity_dkim_attributes",
        "get_identity_mail_from_domain_attributes",
    ],
)
def test_a_batch_has_at_most_100_identities(ses, call):
    getattr(ses.v1, call)(Identities=[f"d{number}.com" for number in range(100)])

    with pytest.raises(ClientError) as refused:
        getattr(ses.v1, call)(Identities=[f"d{number}.com" for number in range(101)])
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_verify_domain_dkim_restarts_a_failed_domain(ses):
    tokens = ses.v2.create_email_identity(EmailIdentity="a.com")["DkimAttributes"]["Tokens"]
    ses.clock.turn(hours=73)
    ses.publish_dkim("a.com")
    assert ses.v2.get_email_identity(EmailIdentity="a.com")["VerificationStatus"] == "FAILED"

    assert ses.v1.verify_domain_dkim(Domain="a.com")["DkimTokens"] == tokens

    assert ses.v2.get_email_identity(EmailIdentity="a.com")["VerificationStatus"] == "SUCCESS"


def test_verify_domain_dkim_makes_the_domain_if_need_be(ses):
    tokens = ses.v1.verify_domain_dkim(Domain="new.com")["DkimTokens"]

    assert ses.v2.get_email_identity(EmailIdentity="new.com")["DkimAttributes"]["Tokens"] == tokens


@pytest.mark.parametrize("domain", ["", "amy@a.com", "no domain"])
def test_verify_domain_dkim_wants_a_domain(ses, domain):
    ses.v2.create_email_identity(EmailIdentity="amy@a.com")

    with pytest.raises(ClientError) as refused:
        ses.v1.verify_domain_dkim(Domain=domain)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
