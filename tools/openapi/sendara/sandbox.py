"""Sendara's test recipients, and what an account may do so far."""

from __future__ import annotations

from letterhead.dialects.sendara.sandbox import LONGEST_EMAIL
from letterhead.identifiers import RECIPIENT_PREFIX
from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.identities.limits import TooManyMailsError
from letterhead.sandbox.recipient import (
    RecipientExistsError,
    RecipientNotFoundError,
    RecipientVerifiedError,
    TooManyRecipientsError,
)
from tools.openapi import values
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, array, body, closed, flag, nullable, one_of, ref, resource, text

_TAG = "Sandbox"
TAG = {_TAG: "What an account may do before it has a domain of its own, and whom its tests reach."}
PATH_PARAMETERS = {
    "recipient": Parameter(
        "recipient", Place.PATH, values.prefixed_id(RECIPIENT_PREFIX), "The test recipient's id."
    )
}
SCHEMAS: dict[str, Schema] = {
    "TestRecipient": resource(
        {
            "id": values.prefixed_id(RECIPIENT_PREFIX),
            "email": text(example="amy@bookshelf.com"),
            "status": one_of([each.value for each in IdentityStatus], "Where it stands with the recipient."),
            "verified_at": nullable(values.moment("When the recipient agreed.")),
            "created_at": values.moment(),
            "mail_failure": nullable(
                one_of([each.value for each in MailFailure], "Why the last mail to them hasn't left.")
            ),
        },
        "Somebody whom an account may send tests to once they have agreed; the key from `mail_failure` on is Letterhead's.",
    ),
    "AccountVerification": resource(
        {
            "sandbox_mode": flag(
                "Whether mail reaches the account's own people only, for none of its domains may send."
            ),
            "shared_email_sender": nullable(text("The address that mail without a sender is from.")),
            "channels": array(
                resource(
                    {"channel": text(example="email"), "verified": flag()},
                    "A channel and whether it is open.",
                )
            ),
        },
        "What an account may do so far.",
    ),
}
_ONE = {"recipient": "$response.body#/id"}

OPERATIONS = {
    ("GET", "/v1/test-recipients"): Operation(
        "listTestRecipients",
        _TAG,
        "List test recipients",
        "Oldest first; an account has three at most.",
        Answer(200, "The recipients.", closed({"recipients": array(ref("TestRecipient"))})),
    ),
    ("POST", "/v1/test-recipients"): Operation(
        "addTestRecipient",
        _TAG,
        "Add a test recipient",
        "They get a mail with a link; a page behind it asks them to agree. Nothing else goes to them before they have.",
        Answer(
            201,
            "The new recipient.",
            ref("TestRecipient"),
            {"Resend": Link("resendTestRecipient", _ONE), "Remove": Link("removeTestRecipient", _ONE)},
        ),
        body=body({"email": text("Whom to ask.", longest=LONGEST_EMAIL)}, required=["email"]),
        refusals=(RecipientExistsError, TooManyRecipientsError, TooManyMailsError),
    ),
    ("POST", "/v1/test-recipients/{recipient}/resend"): Operation(
        "resendTestRecipient",
        _TAG,
        "Ask a test recipient once more",
        "The new mail's link replaces the one before.",
        Answer(204, "The mail is on its way."),
        refusals=(RecipientNotFoundError, RecipientVerifiedError, TooManyMailsError),
    ),
    ("DELETE", "/v1/test-recipients/{recipient}"): Operation(
        "removeTestRecipient",
        _TAG,
        "Remove a test recipient",
        "No test goes to them any more, and their link leads nowhere.",
        Answer(204, "Removed."),
        refusals=(RecipientNotFoundError,),
    ),
    ("GET", "/v1/account/verification"): Operation(
        "showAccountVerification",
        _TAG,
        "Show what the account may do so far",
        "",
        Answer(200, "Whether it is in the sandbox.", ref("AccountVerification")),
    ),
}
