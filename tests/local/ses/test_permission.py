"""Who may call SES: judged by a real emulator that enforces IAM."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.ses.emulator_beside import DOMAIN_ARN, SET_ARN, Function, mail, outcome


def test_a_call_on_an_identity_needs_its_permission(function):
    create = {"EmailIdentity": "client.com"}

    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"
    function.may(("ses:CreateEmailIdentity", "arn:aws:ses:us-east-1:000000000000:identity/other.com"))
    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"
    function.may(("ses:CreateEmailIdentity", "arn:aws:ses:us-east-1:000000000000:identity/*"))
    assert outcome(function.v2.create_email_identity, **create) == "allowed"


CALLS = [
    ("get_email_identity", {"EmailIdentity": "agency.com"}, "ses:GetEmailIdentity"),
    (
        "put_email_identity_mail_from_attributes",
        {"EmailIdentity": "agency.com", "MailFromDomain": "mail.agency.com"},
        "ses:PutEmailIdentityMailFromAttributes",
    ),
    (
        "put_email_identity_feedback_attributes",
        {"EmailIdentity": "agency.com"},
        "ses:PutEmailIdentityFeedbackAttributes",
    ),
    (
        "put_email_identity_dkim_signing_attributes",
        {"EmailIdentity": "agency.com", "SigningAttributesOrigin": "AWS_SES"},
        "ses:PutEmailIdentityDkimSigningAttributes",
    ),
    ("tag_resource", {"ResourceArn": DOMAIN_ARN, "Tags": [{"Key": "a", "Value": "b"}]}, "ses:TagResource"),
    ("untag_resource", {"ResourceArn": DOMAIN_ARN, "TagKeys": ["a"]}, "ses:UntagResource"),
    ("list_tags_for_resource", {"ResourceArn": DOMAIN_ARN}, "ses:ListTagsForResource"),
    ("delete_email_identity", {"EmailIdentity": "agency.com"}, "ses:DeleteEmailIdentity"),
]


@pytest.mark.parametrize(("call", "parameters", "action"), CALLS, ids=[call for call, _, _ in CALLS])
def test_each_permission_on_one_domain_is_enough_and_needed(function, call, parameters, action):
    function.may(*((other, DOMAIN_ARN) for _, _, other in CALLS if other != action))
    assert outcome(getattr(function.v2, call), **parameters) == "AccessDeniedException"

    function.may((action, DOMAIN_ARN))
    assert outcome(getattr(function.v2, call), **parameters) == "allowed"


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("get_identity_verification_attributes", "ses:GetIdentityVerificationAttributes"),
        ("get_identity_dkim_attributes", "ses:GetIdentityDkimAttributes"),
        ("get_identity_mail_from_domain_attributes", "ses:GetIdentityMailFromDomainAttributes"),
    ],
)
def test_the_batch_calls_need_their_permissions(function, call, action):
    assert outcome(getattr(function.v1, call), Identities=["agency.com"]) == "AccessDenied"

    function.may((action, "*"))
    assert outcome(getattr(function.v1, call), Identities=["agency.com"]) == "allowed"


def test_tags_at_creation_need_the_permission_to_tag(function):
    create = {"EmailIdentity": "tagged.com", "Tags": [{"Key": "a", "Value": "b"}]}
    arn = "arn:aws:ses:us-east-1:000000000000:identity/tagged.com"
    function.may(("ses:CreateEmailIdentity", arn))
    assert outcome(function.v2.create_email_identity, **create) == "AccessDeniedException"

    function.may(("ses:CreateEmailIdentity", arn), ("ses:TagResource", arn))
    assert outcome(function.v2.create_email_identity, **create) == "allowed"


def test_giving_an_identity_a_configuration_set_needs_the_permission_on_both(function):
    call = {"EmailIdentity": "agency.com", "ConfigurationSetName": "letterhead"}
    give, action = (
        function.v2.put_email_identity_configuration_set_attributes,
        "ses:PutEmailIdentityConfigurationSetAttributes",
    )
    function.may((action, SET_ARN))
    assert outcome(give, **call) == "AccessDeniedException"
    function.may((action, DOMAIN_ARN))
    assert outcome(give, **call) == "AccessDeniedException"
    function.may((action, [DOMAIN_ARN, SET_ARN]))
    assert outcome(give, **call) == "allowed"


def test_a_verdict_stays_right_when_the_identity_is_gone(function, agency):
    function.may(("ses:GetEmailIdentity", DOMAIN_ARN))
    agency.v2.delete_email_identity(EmailIdentity="agency.com")

    assert outcome(function.v2.get_email_identity, EmailIdentity="agency.com") == "NotFoundException"
    assert outcome(function.v2.get_email_identity, EmailIdentity="nobody.com") == "AccessDeniedException"


def test_sending_needs_the_permission_on_the_identity_and_the_configuration_set(function, agency):
    with_set = mail(ConfigurationSetName="letterhead")

    assert outcome(function.v2.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **mail()) == "allowed"
    assert outcome(function.v2.send_email, **with_set) == "AccessDeniedException"
    function.may(("ses:SendEmail", [DOMAIN_ARN, SET_ARN]))
    assert outcome(function.v2.send_email, **with_set) == "allowed"
    assert len(agency.mailbox.as_json()) == 2


def test_sending_raw_content_needs_a_permission_of_its_own(function):
    raw = {"Content": {"Raw": {"Data": b"From: hello@agency.com\nTo: amy@client.com\n\nbody"}}}

    function.may(("ses:SendEmail", "*"))
    assert outcome(function.v2.send_email, **raw) == "AccessDeniedException"
    function.may(("ses:SendRawEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **raw) == "allowed"


def test_a_refusal_names_the_role_the_action_and_the_resource(function):
    with pytest.raises(ClientError) as refused:
        function.v2.send_email(**mail())

    message = refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "ses:SendEmail" in message
    assert DOMAIN_ARN in message
    assert ":assumed-role/role-" in message


def test_a_function_is_also_known_by_the_app_id_in_its_environment(emulator, agency):
    function = Function(
        emulator, agency, "stack-SendMail-ABC123", "role-by-app-id", app_id="send_mail_by_app_id"
    )

    assert outcome(function.v2.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", DOMAIN_ARN))
    assert outcome(function.v2.send_email, **mail()) == "allowed"


def test_a_caller_that_does_not_name_itself_is_judged_by_the_emulator(function):
    assert outcome(function.nameless.send_email, **mail()) == "AccessDeniedException"
    function.may(("ses:SendEmail", "*"))
    assert outcome(function.nameless.send_email, **mail()) == "allowed"


def test_a_forged_signature_is_refused(agency, emulator, function):
    function.may(("ses:GetEmailIdentity", "*"))
    forged = agency.client_for(
        "sesv2", {"aws_access_key_id": "AKIAFORGED", "aws_secret_access_key": "x"}, "test_a_forged_signature"
    )

    assert outcome(forged.get_email_identity, EmailIdentity="agency.com") in (
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "AccessDeniedException",
    )
