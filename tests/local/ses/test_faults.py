"""Breaking SES on purpose, as the tests of registration do."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def code_of(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


def test_identity_calls_have_a_rate(slow_ses):
    slow_ses.v2.create_email_identity(EmailIdentity="a.com")
    throttled = code_of(slow_ses.v2.get_email_identity, EmailIdentity="a.com")
    throttled_v1 = code_of(slow_ses.v1.get_identity_dkim_attributes, Identities=["a.com"])
    slow_ses.clock.turn(seconds=1)

    assert throttled == ("TooManyRequestsException", 429)
    assert throttled_v1 == ("Throttling", 400)
    assert code_of(slow_ses.v2.get_email_identity, EmailIdentity="a.com") is None


def test_sending_is_not_counted_as_an_identity_call(slow_ses):
    slow_ses.v2.list_email_identities()

    slow_ses.v2.get_account()
    slow_ses.v2.get_account()


def test_all_identity_calls_can_be_throttled_for_a_while(ses):
    ses.throttle(60)
    assert code_of(ses.v2.list_email_identities) == ("TooManyRequestsException", 429)
    ses.clock.turn(seconds=59)
    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") == ("TooManyRequestsException", 429)
    ses.clock.turn(seconds=1)

    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
        ("LimitExceededException", 400),
        ("NotFoundException", 404),
    ],
)
def test_the_next_calls_of_an_operation_can_fail(ses, code, status):
    ses.fail_next("CreateEmailIdentity", code, times=2)

    assert ses.v2.list_email_identities()["EmailIdentities"] == []
    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") == (code, status)
    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") == (code, status)
    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") is None


def test_an_answer_can_be_lost_after_the_call_had_its_effect(ses):
    ses.fail_next("CreateEmailIdentity", "ServiceUnavailable", performed=True)

    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") == ("ServiceUnavailable", 503)
    assert code_of(ses.v2.create_email_identity, EmailIdentity="a.com") == ("AlreadyExistsException", 400)


def test_a_v1_call_can_fail_too(ses):
    ses.fail_next("GetIdentityDkimAttributes", "ServiceUnavailable")

    assert code_of(ses.v1.get_identity_dkim_attributes, Identities=["a.com"]) == ("ServiceUnavailable", 503)


def test_faults_can_be_given_as_json(ses):
    assert ses.inject({"operation": "GetEmailIdentity", "code": "InternalFailure", "times": 2}) == {
        "throttled_until": None,
        "failures": [
            {"operation": "GetEmailIdentity", "code": "InternalFailure", "times": 2, "performed": False}
        ],
    }
    assert ses.inject({"throttle_seconds": 60})["throttled_until"] == "2026-11-21T12:01:00+00:00"
    standing = {"ProductionAccessEnabled": False}
    assert ses.inject({"account": standing})["account"] == standing
    assert ses.inject({"clear": True}) == {"throttled_until": None, "failures": []}
    assert code_of(ses.v2.list_email_identities) is None


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"operation": "GetEmailIdentity"},
        {"operation": "GetEmailIdentity", "code": "X", "times": 0},
        {"operation": "GetEmailIdentity", "code": "X", "times": "2"},
        {"operation": "GetEmailIdentity", "code": "X", "performed": 1},
        {"operation": "GetEmailIdentity", "code": "X", "surplus": 1},
        {"operation": "", "code": "X"},
        {"throttle_seconds": "60"},
        {"clear": False},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(ses, fault):
    with pytest.raises(ValueError, match=r"fault|failure|operation"):
        ses.inject(fault)
