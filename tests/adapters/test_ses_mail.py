"""Sending through SES, held against its service model by botocore's stubber."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import ANY, Stubber

from letterhead.adapters.ses_mail import MailUnavailableError, SesMail
from letterhead.mail.message import MailContent, MailRefusedError, OutgoingMail

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
MAIL = OutgoingMail(
    from_name="Web Agency",
    from_address="no-reply@web-agency.com",
    to_address="amy@bookshelf.com",
    content=MailContent("Please confirm", "Hello", "<p>Hello</p>"),
    tags={"account": "acc", "identity": "idn"},
)


@pytest.fixture
def ses(aws_environment):
    mailer = SesMail("letterhead")
    with Stubber(mailer._client) as stub:
        yield mailer, stub


def test_a_mail_is_sent_raw_with_configuration_set_and_tags_as_parameters(ses):
    mailer, stub = ses
    sent = {}
    mailer._client.meta.events.register(
        "provide-client-params.sesv2", lambda params, **_: sent.update(params)
    )
    stub.add_response(
        "send_email",
        {"MessageId": "0100-abc"},
        {
            "FromEmailAddress": "no-reply@web-agency.com",
            "Destination": {"ToAddresses": ["amy@bookshelf.com"]},
            "Content": {"Raw": {"Data": ANY}},
            "ConfigurationSetName": "letterhead",
            "EmailTags": [{"Name": "account", "Value": "acc"}, {"Name": "identity", "Value": "idn"}],
        },
    )
    assert mailer.send(MAIL, NOW) == "0100-abc"
    message = message_from_bytes(sent["Content"]["Raw"]["Data"])
    assert message["From"] == '"Web Agency" <no-reply@web-agency.com>'
    assert message["To"] == "amy@bookshelf.com"
    assert "configuration" not in str(message).lower()


# SES API v2 reference, SendEmail, "Errors".
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("MessageRejected", 400, MailRefusedError),
        ("BadRequestException", 400, MailRefusedError),
        ("TooManyRequestsException", 429, MailUnavailableError),
        ("LimitExceededException", 400, MailUnavailableError),
        ("SendingPausedException", 400, MailUnavailableError),
        ("AccountSuspendedException", 400, MailUnavailableError),
        ("MailFromDomainNotVerifiedException", 400, MailUnavailableError),
        ("NotFoundException", 404, MailUnavailableError),
        ("AccessDeniedException", 403, MailUnavailableError),
        ("InternalFailure", 500, MailUnavailableError),
    ],
)
def test_what_is_wrong_with_the_mail_is_final_and_everything_else_may_pass(ses, code, status, error):
    mailer, stub = ses
    for _ in range(2):
        stub.add_client_error("send_email", code, http_status_code=status)
    with pytest.raises(error):
        mailer.send(MAIL, NOW)


def test_a_provider_that_does_not_answer_is_unavailable(aws_environment, monkeypatch):
    mailer = SesMail("letterhead")

    def unreachable(**_):
        raise ConnectTimeoutError(endpoint_url="https://email")

    mailer._client.meta.events.register("before-call.sesv2.SendEmail", unreachable)
    with pytest.raises(MailUnavailableError):
        mailer.send(MAIL, NOW)
