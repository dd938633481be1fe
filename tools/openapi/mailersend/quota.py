"""MailerSend's quota of the day."""

from __future__ import annotations

from letterhead.dialects.mailersend.limits import UNLIMITED
from tools.openapi import values
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import closed, number

_TAG = "Quota"
TAG = {_TAG: "What may still be sent today."}
_LEFT = number("What is left of it today; -1 where there is none.", least=UNLIMITED)

OPERATIONS = {
    ("GET", "/v1/api-quota"): Operation(
        "showQuota",
        _TAG,
        "Show the quota of mails",
        "It is the account's, and renewed at midnight UTC.",
        Answer(
            200,
            "The quota.",
            closed(
                {
                    "quota": number("How many mails a day; -1 for as many as wanted.", least=UNLIMITED),
                    "remaining": _LEFT,
                    "reset": values.moment("When it is renewed."),
                }
            ),
        ),
    )
}
RATE_HEADERS = {
    "x-ratelimit-limit": number("How many requests a minute may be made.", least=0),
    "x-ratelimit-remaining": number("How many of them are left.", least=0),
    "x-apiquota-remaining": _LEFT,
    "x-apiquota-reset": values.moment("When the day's quota is renewed."),
}
