"""Accounts' messages through SES, held against its service model by botocore's stubber."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from letterhead.adapters.ses_messages import MessageOutcomeUnknownError, SesMessages
from letterhead.mail.message import MailRefusedError
from letterhead.messages.departure import NotTakenError, ProviderPausedError, SenderRefusedByProviderError
from tests.fakes.message_world import NOW, draft, mailbox, message

NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1:"


class NoWait:
    """Remembers how many recipients it was asked for, and says whether their turn has come."""

    def __init__(self) -> None:
        self.recipients: list[int] = []
        self.turn = True

    def wait(self, recipients: int) -> bool:
        self.recipients.append(recipients)
        return self.turn


@pytest.fixture
def pace():
    return NoWait()


@pytest.fixture
def ses(aws_environment, pace):
    provider = SesMessages("letterhead", pace)
    with Stubber(provider._client) as stub:
        yield provider, stub


def test_a_message_is_sent_raw_with_its_recipients_and_tags_as_parameters(ses, pace):
    provider, stub = ses
    sent = {}
    provider._client.meta.events.register(
        "provide-client-params.sesv2", lambda params, **_: sent.update(params)
    )
    made = message(
        draft=draft(cc=(mailbox("c@reader.example"),), bcc=(mailbox("b@reader.example"),)),
        identity_id="0identity0identi",
    )
    stub.add_response(
        "send_email",
        {"MessageId": "0100-abc"},
        {
            "FromEmailAddress": "news@web-agency.com",
            "Destination": {
                "ToAddresses": ["rita@reader.example"],
                "CcAddresses": ["c@reader.example"],
                "BccAddresses": ["b@reader.example"],
            },
            "Content": {"Raw": {"Data": ANY}},
            "ConfigurationSetName": "letterhead",
            "EmailTags": [
                {"Name": "account", "Value": made.account_id},
                {"Name": "domain", "Value": made.domain_id},
                {"Name": "identity", "Value": "0identity0identi"},
                {"Name": "message", "Value": made.message_id},
                {"Name": "kind", "Value": "message"},
            ],
        },
    )
    assert provider.send(made, NOW) == "0100-abc"
    raw = sent["Content"]["Raw"]["Data"]
    assert message_from_bytes(raw)["To"] == '"Rita" <rita@reader.example>'
    assert b"b@reader.example" not in raw
    assert pace.recipients == [3]


def test_a_message_whose_turn_is_later_than_can_be_waited_for_was_not_taken(ses, pace):
    provider, _ = ses  # which answers nothing
    pace.turn = False
    with pytest.raises(NotTakenError):
        provider.send(message(), NOW)


# SES API v2 reference, SendEmail, "Errors".
@pytest.mark.parametrize(
    ("code", "text", "status", "error"),
    [
        (
            "MessageRejected",
            "Email address is not verified. The following …",
            400,
            SenderRefusedByProviderError,
        ),
        ("MessageRejected", f"{NOT_VERIFIED} news@web-agency.com", 400, SenderRefusedByProviderError),
        (
            "MessageRejected",
            f"{NOT_VERIFIED} a@b.example, News@web-agency.com",
            400,
            SenderRefusedByProviderError,
        ),
        ("MessageRejected", f"{NOT_VERIFIED} rita@reader.example", 400, MailRefusedError),
        ("MailFromDomainNotVerifiedException", "…", 400, SenderRefusedByProviderError),
        ("MessageRejected", "Illegal address", 400, MailRefusedError),
        ("BadRequestException", "…", 400, MailRefusedError),
        ("TooManyRequestsException", "…", 429, NotTakenError),
        ("TooManyRequestsException", "Daily message quota exceeded.", 429, ProviderPausedError),
        ("LimitExceededException", "Daily message quota exceeded.", 400, ProviderPausedError),
        ("ThrottlingException", "Maximum sending rate exceeded.", 400, NotTakenError),
        ("SendingPausedException", "…", 400, ProviderPausedError),
        ("AccountSuspendedException", "…", 400, ProviderPausedError),
        ("AccessDeniedException", "…", 403, NotTakenError),
        ("InternalFailure", "…", 500, MessageOutcomeUnknownError),
        ("ServiceUnavailable", "…", 503, MessageOutcomeUnknownError),
    ],
)
def test_what_ses_answers_says_whether_to_try_again(ses, code, text, status, error):
    provider, stub = ses
    stub.add_client_error("send_email", code, text, http_status_code=status)
    with pytest.raises(error) as raised:
        provider.send(message(), NOW)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (ConnectTimeoutError(endpoint_url="https://ses"), NotTakenError),
        (EndpointConnectionError(endpoint_url="https://ses"), NotTakenError),
        (ReadTimeoutError(endpoint_url="https://ses"), MessageOutcomeUnknownError),
    ],
)
def test_a_connection_that_never_was_took_nothing_and_one_that_broke_may_have(ses, fault, error):
    provider, stub = ses
    stub.deactivate()

    def fail(**_):
        raise fault

    provider._client.meta.events.register("before-send.sesv2.SendEmail", fail)
    with pytest.raises(error):
        provider.send(message(), NOW)
