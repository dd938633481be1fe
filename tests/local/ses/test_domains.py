"""Domain identities: DKIM and MAIL FROM decided by the DNS that is really there, on SES's clock."""

from __future__ import annotations

import re

import pytest

from local.ses import evidence

MAIL_FROM_ZONE = (
    'mail MX 10 feedback-smtp.us-east-1.amazonses.com.\nmail TXT "v=spf1 include:amazonses.com ~all"\n'
)


def dkim_status(ses, domain="client.com"):
    identity = ses.v2.get_email_identity(EmailIdentity=domain)
    assert identity["VerificationStatus"] == identity["DkimAttributes"]["Status"]
    return identity["DkimAttributes"]["Status"]


def mail_from_status(ses, domain="client.com"):
    return ses.v2.get_email_identity(EmailIdentity=domain)["MailFromAttributes"]["MailFromDomainStatus"]


def test_a_new_domain_is_pending_with_three_tokens(ses):
    created = ses.v2.create_email_identity(EmailIdentity="Client.com", Tags=[{"Key": "claim", "Value": "c1"}])

    identity = ses.v2.get_email_identity(EmailIdentity="client.com")
    attributes = identity["DkimAttributes"]
    assert created["IdentityType"] == identity["IdentityType"] == "DOMAIN"
    assert created["DkimAttributes"]["Tokens"] == attributes["Tokens"]
    assert len(set(attributes["Tokens"])) == 3
    assert all(re.fullmatch("[a-z2-7]{32}", token) for token in attributes["Tokens"])
    assert attributes["SigningHostedZone"] == "dkim.amazonses.com"
    assert attributes["SigningAttributesOrigin"] == "AWS_SES"
    assert (attributes["SigningEnabled"], attributes["Status"]) == (True, "PENDING")
    assert identity["VerifiedForSendingStatus"] is False
    assert identity["Tags"] == [{"Key": "claim", "Value": "c1"}]
    assert "MailFromAttributes" not in identity
    assert "ConfigurationSetName" not in identity


def test_a_domain_has_the_same_tokens_when_it_is_made_again_and_no_others_do(ses):
    first = ses.v2.create_email_identity(EmailIdentity="client.com")["DkimAttributes"]["Tokens"]
    ses.v2.delete_email_identity(EmailIdentity="client.com")

    assert ses.v2.create_email_identity(EmailIdentity="client.com")["DkimAttributes"]["Tokens"] == first
    assert ses.v2.create_email_identity(EmailIdentity="other.com")["DkimAttributes"]["Tokens"] != first


def test_a_domain_is_verified_by_its_three_records(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.publish_dkim("client.com")

    identity = ses.v2.get_email_identity(EmailIdentity="client.com")

    assert identity["DkimAttributes"]["Status"] == "SUCCESS"
    assert identity["VerifiedForSendingStatus"] is True
    info = identity["VerificationInfo"]
    assert info["LastCheckedTimestamp"] == info["LastSuccessTimestamp"] == ses.clock.now
    assert info["SOARecord"]["PrimaryNameServer"] == "ns1.local-nameserver.test"
    assert info["SOARecord"]["AdminEmail"] == "hostmaster.client.com"
    assert "ErrorType" not in info


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda records: "\n".join(records.splitlines()[:2]), "HOST_NOT_FOUND"),
        (lambda records: records.replace("dkim.amazonses.com", "dkim.other.com", 1), "INVALID_VALUE"),
        (lambda records: re.sub(r"CNAME \S+", 'TXT "k=rsa"', records, count=1), "TYPE_NOT_FOUND"),
        (lambda records: re.sub(r"CNAME (\S+)\.", r"CNAME \1", records, count=1), "INVALID_VALUE"),
        (lambda _records: "", "HOST_NOT_FOUND"),
    ],
)
def test_nothing_less_than_the_three_right_records_will_do(ses, spoil, error):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    identity = ses.v2.get_email_identity(EmailIdentity="client.com")
    tokens = identity["DkimAttributes"]["Tokens"]
    ses.publish(
        "client.com",
        spoil("".join(f"{token}._domainkey CNAME {token}.dkim.amazonses.com.\n" for token in tokens)),
    )

    identity = ses.v2.get_email_identity(EmailIdentity="client.com")

    assert identity["DkimAttributes"]["Status"] == "PENDING"
    assert identity["VerificationInfo"]["ErrorType"] == error
    assert "LastSuccessTimestamp" not in identity["VerificationInfo"]


def test_a_dns_that_fails_is_told_from_one_that_says_no(ses):
    token = ses.v2.create_email_identity(EmailIdentity="client.com")["DkimAttributes"]["Tokens"][0]
    ses.publish_dkim("client.com")
    ses.break_dns(f"{token}._domainkey.client.com", "servfail")

    identity = ses.v2.get_email_identity(EmailIdentity="client.com")

    assert identity["DkimAttributes"]["Status"] == "PENDING"
    assert identity["VerificationInfo"]["ErrorType"] == "DNS_SERVER_ERROR"


def test_records_that_come_cut_over_udp_are_read_over_tcp(ses):
    token = ses.v2.create_email_identity(EmailIdentity="client.com")["DkimAttributes"]["Tokens"][0]
    ses.publish_dkim("client.com")
    ses.break_dns(f"{token}._domainkey.client.com", "truncate")

    assert dkim_status(ses) == "SUCCESS"


def test_after_72_hours_without_records_the_domain_has_failed_until_it_is_restarted(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.clock.turn(hours=71)
    assert dkim_status(ses) == "PENDING"
    ses.clock.turn(hours=1)
    assert dkim_status(ses) == "FAILED"

    ses.publish_dkim("client.com")
    assert dkim_status(ses) == "FAILED"

    restarted = ses.v2.put_email_identity_dkim_signing_attributes(
        EmailIdentity="client.com", SigningAttributesOrigin="AWS_SES"
    )
    assert (restarted["DkimStatus"], restarted["SigningHostedZone"]) == ("PENDING", "dkim.amazonses.com")
    assert dkim_status(ses) == "SUCCESS"


@pytest.mark.parametrize("gone", ["absent", "drop", "servfail"])
def test_a_verified_domain_whose_records_go_missing_has_72_hours(verified, gone, monkeypatch):
    monkeypatch.setattr(evidence, "TRY_SECONDS", 0.1)
    assert dkim_status(verified, "agency.com") == "SUCCESS"
    records = verified.v2.get_email_identity(EmailIdentity="agency.com")["DkimAttributes"]["Tokens"]
    if gone == "absent":
        verified.publish("agency.com", "")
    else:
        verified.break_dns(f"{records[0]}._domainkey.agency.com", gone)

    identity = verified.v2.get_email_identity(EmailIdentity="agency.com")
    assert identity["VerificationStatus"] == "TEMPORARY_FAILURE"
    assert identity["VerifiedForSendingStatus"] is True
    verified.clock.turn(hours=72)
    identity = verified.v2.get_email_identity(EmailIdentity="agency.com")
    assert identity["VerificationStatus"] == "FAILED"
    assert identity["VerifiedForSendingStatus"] is False


def test_a_verified_domain_recovers_when_its_records_return(verified):
    assert dkim_status(verified, "agency.com") == "SUCCESS"
    verified.publish("agency.com", "")
    assert dkim_status(verified, "agency.com") == "TEMPORARY_FAILURE"
    verified.clock.turn(hours=48)
    verified.publish_dkim("agency.com")

    assert dkim_status(verified, "agency.com") == "SUCCESS"
    verified.publish("agency.com", "")
    verified.clock.turn(hours=48)
    assert dkim_status(verified, "agency.com") == "TEMPORARY_FAILURE"


def test_a_mail_from_domain_is_verified_by_its_mx_and_spf(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="client.com", MailFromDomain="Mail.client.com"
    )
    assert ses.v2.get_email_identity(EmailIdentity="client.com")["MailFromAttributes"] == {
        "MailFromDomain": "mail.client.com",
        "MailFromDomainStatus": "PENDING",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }

    ses.publish("client.com", MAIL_FROM_ZONE)

    assert mail_from_status(ses) == "SUCCESS"
    assert dkim_status(ses) == "PENDING"


@pytest.mark.parametrize(
    ("zone", "status"),
    [
        (MAIL_FROM_ZONE.replace("~all", "-all").upper(), "SUCCESS"),
        (MAIL_FROM_ZONE.replace("MX 10", "MX 20"), "SUCCESS"),
        (MAIL_FROM_ZONE + 'mail TXT "something else"\n', "SUCCESS"),
        (MAIL_FROM_ZONE + "mail MX 20 backup.client.com.\n", "PENDING"),
        (MAIL_FROM_ZONE.replace("us-east-1", "eu-west-1"), "PENDING"),
        (MAIL_FROM_ZONE.splitlines()[0], "PENDING"),
        (MAIL_FROM_ZONE.splitlines()[1], "PENDING"),
        (MAIL_FROM_ZONE.replace("v=spf1", "v=spf10"), "PENDING"),
    ],
)
def test_which_records_of_a_mail_from_domain_count(ses, zone, status):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="client.com", MailFromDomain="mail.client.com"
    )
    ses.publish("client.com", zone)

    assert mail_from_status(ses) == status


def test_a_failed_mail_from_domain_is_looked_for_again_when_it_is_put_again(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    put = {
        "EmailIdentity": "client.com",
        "MailFromDomain": "mail.client.com",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    ses.v2.put_email_identity_mail_from_attributes(**put)
    ses.clock.turn(hours=72)
    assert mail_from_status(ses) == "FAILED"
    ses.publish("client.com", MAIL_FROM_ZONE)
    assert mail_from_status(ses) == "FAILED"

    ses.v2.put_email_identity_mail_from_attributes(**put)

    assert mail_from_status(ses) == "SUCCESS"


def test_a_mail_from_domain_can_be_taken_back(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.v2.put_email_identity_mail_from_attributes(
        EmailIdentity="client.com", MailFromDomain="mail.client.com"
    )
    ses.v2.put_email_identity_mail_from_attributes(EmailIdentity="client.com")

    assert "MailFromAttributes" not in ses.v2.get_email_identity(EmailIdentity="client.com")


@pytest.mark.parametrize("domain", ["client.com", "mail.other.com", "notclient.com"])
def test_a_mail_from_domain_lies_below_its_identity(ses, domain):
    ses.v2.create_email_identity(EmailIdentity="client.com")

    with pytest.raises(ses.v2.exceptions.BadRequestException, match="not subdomain"):
        ses.v2.put_email_identity_mail_from_attributes(EmailIdentity="client.com", MailFromDomain=domain)


def test_the_other_attributes_of_a_domain_can_be_set(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com", ConfigurationSetName="letterhead")
    ses.v2.put_email_identity_feedback_attributes(EmailIdentity="client.com", EmailForwardingEnabled=False)
    ses.v2.put_email_identity_dkim_attributes(EmailIdentity="client.com", SigningEnabled=False)
    identity = ses.v2.get_email_identity(EmailIdentity="client.com")
    assert identity["ConfigurationSetName"] == "letterhead"
    assert identity["FeedbackForwardingStatus"] is False
    assert identity["DkimAttributes"]["SigningEnabled"] is False

    ses.v2.put_email_identity_configuration_set_attributes(EmailIdentity="client.com")

    assert "ConfigurationSetName" not in ses.v2.get_email_identity(EmailIdentity="client.com")


def test_an_identity_is_made_once(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")

    with pytest.raises(ses.v2.exceptions.AlreadyExistsException) as refused:
        ses.v2.create_email_identity(EmailIdentity="CLIENT.com")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "client..com",
        "-client.com",
        "client.com.",
        "büro.de",
        "192.0.2.1",
        "a" * 64 + ".com",
        "a b.com",
    ],
)
def test_what_is_no_domain_is_refused(ses, name):
    with pytest.raises(ses.v2.exceptions.BadRequestException):
        ses.v2.create_email_identity(EmailIdentity=name)


CALLS_ON_AN_IDENTITY = [
    ("get_email_identity", {}),
    ("delete_email_identity", {}),
    ("put_email_identity_mail_from_attributes", {"MailFromDomain": "mail.nobody.com"}),
    ("put_email_identity_configuration_set_attributes", {}),
    ("put_email_identity_feedback_attributes", {}),
    ("put_email_identity_dkim_attributes", {}),
    ("put_email_identity_dkim_signing_attributes", {"SigningAttributesOrigin": "AWS_SES"}),
]


@pytest.mark.parametrize(
    ("call", "more"), CALLS_ON_AN_IDENTITY, ids=[call for call, _ in CALLS_ON_AN_IDENTITY]
)
def test_an_unknown_identity_is_a_404(ses, call, more):
    with pytest.raises(ses.v2.exceptions.NotFoundException) as refused:
        getattr(ses.v2, call)(EmailIdentity="nobody.com", **more)

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_deleted_identity_is_gone(ses):
    ses.v2.create_email_identity(EmailIdentity="client.com")
    ses.v2.delete_email_identity(EmailIdentity="client.com")

    with pytest.raises(ses.v2.exceptions.NotFoundException):
        ses.v2.get_email_identity(EmailIdentity="client.com")


@pytest.mark.parametrize(
    "signing",
    [
        {"DomainSigningAttributesOrigin": "AWS_SES_EU_WEST_1"},
    ],
)
def test_other_keys_than_easy_dkims_are_refused_not_ignored(ses, signing):
    with pytest.raises(ses.v2.exceptions.BadRequestException, match="Easy DKIM"):
        ses.v2.create_email_identity(EmailIdentity="client.com", DkimSigningAttributes=signing)


def test_a_key_of_ones_own_is_shown_until_easy_dkim_takes_its_place(ses):
    own = {"DomainSigningSelector": "s1", "DomainSigningPrivateKey": "QUJD"}
    ses.v2.create_email_identity(EmailIdentity="client.com", DkimSigningAttributes=own)
    shown = ses.v2.get_email_identity(EmailIdentity="client.com")["DkimAttributes"]
    assert (shown["SigningAttributesOrigin"], shown["Tokens"], shown["Status"]) == (
        "EXTERNAL",
        ["s1"],
        "PENDING",
    )

    ses.v2.put_email_identity_dkim_signing_attributes(
        EmailIdentity="client.com", SigningAttributesOrigin="AWS_SES"
    )
    shown = ses.v2.get_email_identity(EmailIdentity="client.com")["DkimAttributes"]
    assert (shown["SigningAttributesOrigin"], len(shown["Tokens"])) == ("AWS_SES", 3)


def test_tags_are_kept(ses):
    arn = "arn:aws:ses:us-east-1:000000000000:identity/client.com"
    ses.v2.create_email_identity(EmailIdentity="client.com", Tags=[{"Key": "a", "Value": "1"}])
    ses.v2.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    ses.v2.untag_resource(ResourceArn=arn, TagKeys=["a", "unknown"])

    assert ses.v2.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "3"}]
    with pytest.raises(ses.v2.exceptions.NotFoundException):
        ses.v2.list_tags_for_resource(ResourceArn=arn.replace("client", "nobody"))
    with pytest.raises(ses.v2.exceptions.BadRequestException):
        ses.v2.list_tags_for_resource(ResourceArn=arn.replace("us-east-1", "eu-west-1"))
