"""What the doctor thinks of an AWS account's standing at SES and of Lambda's room, by the answers of their APIs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tools.doctor import account
from tools.doctor.finding import Mark
from tools.doctor.patient import Patient

STANDING: dict[str, Any] = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_000.0},
    "PricingAttributes": {"CurrentPlan": "NONE"},
}


def findings(look: Any, service: str, *answers: tuple[str, dict[str, Any]]) -> dict[str, Mark]:
    client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        for operation, answer in answers:
            stub.add_response(operation, answer)
        patient = Patient(lambda _: client, "letterhead", lambda: datetime.now(UTC), time.sleep)
        return {each.code: each.mark for each in look(patient)}


@pytest.mark.parametrize(
    ("changed", "crossed"),
    [
        ({}, set()),
        ({"ProductionAccessEnabled": False}, {"ses_production"}),
        ({"SendingEnabled": False}, {"ses_sending"}),
        ({"EnforcementStatus": "PROBATION"}, {"ses_sending"}),
        (
            {"SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 161.0}},
            {"ses_quota"},
        ),
        ({"SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": 1.0, "SentLast24Hours": 9e9}}, set()),
        ({"PricingAttributes": {"CurrentPlan": "ESSENTIALS"}}, {"ses_plan"}),
        ({"PricingAttributes": {}}, set()),
    ],
)
def test_the_standing_at_ses(changed, crossed):
    marks = findings(account.ses_standing, "sesv2", ("get_account", STANDING | changed))

    assert {code for code, mark in marks.items() if mark is Mark.CROSS} == crossed
    assert set(marks) == {"ses_production", "ses_sending", "ses_quota", "ses_plan"}


@pytest.mark.parametrize(("limit", "mark"), [(10, Mark.CROSS), (100, Mark.TICK), (1000, Mark.TICK)])
def test_the_ten_functions_at_once_of_a_new_account_are_too_few(limit, mark):
    answer = {"AccountLimit": {"ConcurrentExecutions": limit}}
    marks = findings(account.concurrency, "lambda", ("get_account_settings", answer))
    assert marks == {"lambda_concurrency": mark}


def test_identities_are_counted_over_all_pages():
    page = {"EmailIdentities": [{"IdentityName": f"d{n}.com"} for n in range(1000)], "NextToken": "more"}
    pages = [("list_email_identities", page)] * 8
    last = {"EmailIdentities": [{"IdentityName": "one-more.com"}]}

    marks = findings(account.identities_left, "sesv2", *pages, ("list_email_identities", last))

    assert marks == {"ses_identities": Mark.CROSS}
