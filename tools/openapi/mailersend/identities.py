"""MailerSend's sender identities (seed: identities API)."""

from __future__ import annotations

from letterhead.accounts.limits import LimitReachedError
from letterhead.dialects.mailersend.identities import LONGEST_EMAIL, LONGEST_NAME, LONGEST_NOTE
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dmarc.results import Policy, Result
from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.identities.changes import IncompleteIdentityError
from letterhead.identities.creation import DomainNotVerifiedError, UnknownDomainError
from letterhead.identities.exact_sending import AddressRefusedError
from letterhead.identities.from_mode import FromModeRefusedError
from letterhead.identities.identity import (
    AddressTakenError,
    ExactState,
    FromMode,
    IdentityNotFoundError,
    IdentityStatus,
)
from letterhead.identities.limits import TooManyMailsError
from letterhead.identities.pages import Order, OrderBy, TooManyToSearchError
from letterhead.identities.resending import AlreadyVerifiedError
from tools.openapi import values
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, body, flag, nullable, number, one_of, optional, ref, resource, text

_TAG = "Sender identities"
TAG = {
    _TAG: "Addresses that an account may send as, each confirmed by its owner and hanging on a verified domain."
}
PATH_PARAMETERS = {
    "identity": Parameter("identity", Place.PATH, values.short_id(), "The identity's id."),
    "email": Parameter(
        "email",
        Place.PATH,
        text(longest=LONGEST_EMAIL, example="amy@book-shelf.com"),
        "The identity's address, as it is or percent-encoded.",
    ),
}


def _name(description: str) -> Schema:
    return text(description, longest=LONGEST_NAME, pattern=values.LINE, example="Amy from Book Shelf")


def _address(description: str) -> Schema:
    return text(description, longest=LONGEST_EMAIL, form="email", example="amy@book-shelf.com")


_FIELDS: dict[str, Schema] = {
    "domain_id": values.id_of_any_form(
        DOMAIN_PREFIX,
        "The account's verified domain that the identity hangs on. Any of the domain's three ids.",
    ),
    "name": _name("The name beside the address."),
    "email": _address(
        "The address. Its owner is asked by mail. Addresses of free-mail providers are refused, and so is one the account has."
    ),
    "reply_to_email": optional(_address("Where answers go. Needed where `reply_to_name` is given.")),
    "reply_to_name": optional(_name("The name beside the reply-to address.")),
    "add_note": nullable(
        flag("Whether the confirmation mail has the note. If true, `personal_note` is needed.")
    ),
    "personal_note": nullable(
        text(
            "A note for the owner of the address, in the confirmation mail.",
            longest=LONGEST_NOTE,
            pattern=values.PARAGRAPHS,
        )
    ),
    "from_mode": optional(
        one_of(
            FromMode,
            "`aligned`, the default: mail goes out From an address of the domain, Reply-To the identity's. `exact`: From the "
            "address itself, which Amazon SES has to verify too.",
        )
    ),
}
_NEEDED = ("domain_id", "name", "email")
_CHANGES = {name: nullable(schema) if name in _NEEDED else schema for name, schema in _FIELDS.items()}
SCHEMAS: dict[str, Schema] = {
    "Identity": resource(
        {
            "id": values.short_id(),
            "email": text(example="amy@book-shelf.com"),
            "name": text(example="Amy from Book Shelf"),
            "reply_to_email": nullable(text()),
            "reply_to_name": nullable(text()),
            "is_verified": flag("Whether the owner of the address has confirmed."),
            "resends": number("How often the confirmation was sent again.", least=0),
            "add_note": flag(),
            "personal_note": nullable(text()),
            "domain": resource(
                {
                    "id": values.short_id(),
                    "name": text(example="web-agency.com"),
                    "created_at": values.precise_moment(""),
                    "updated_at": values.precise_moment(""),
                }
            ),
            "from_mode": one_of(FromMode),
            "status": one_of(IdentityStatus, "Where it stands with the owner of the address."),
            "verified_at": nullable(values.precise_moment("When the owner confirmed.")),
            "expires_at": nullable(values.precise_moment("Until when the last confirmation link works.")),
            "last_sent_at": nullable(values.precise_moment("When the last confirmation mail left.")),
            "last_error": nullable(text("Why the last confirmation mail wasn't sent.")),
            "usable": flag("Whether mail may go out as this identity now."),
            "unusable_reason": nullable(
                one_of(
                    ["domain_not_verified", "pending", "expired", "refused"],
                    "Why not. An identity whose domain lapses stays, and recovers with it.",
                )
            ),
            "exact_status": nullable(
                one_of(
                    ["waiting", *(state for state in ExactState if state is not ExactState.WANTED)],
                    "How far Amazon's own verification of the address is; null in the mode `aligned`.",
                )
            ),
            "dmarc": {
                "anyOf": [ref("Forecast"), {"type": "null"}],
                "description": "What receivers will make of its mail.",
            },
            "from_preview": resource(
                {
                    "from": text(
                        "The From header of mail sent as this identity.",
                        example='"Amy from Book Shelf" <amy.book-shelf-com@web-agency.com>',
                    ),
                    "reply_to": text("Its Reply-To header.", example="amy@book-shelf.com"),
                }
            ),
        },
        "A sender identity; the keys from `from_mode` on are Letterhead's.",
    ),
    "Forecast": resource(
        {
            "policy": nullable(
                one_of([*Policy, "unknown"], "What the address's domain asks of receivers (DMARC).")
            ),
            "source_name": nullable(text("Where that is published.", example="_dmarc.book-shelf.com")),
            "aligned_result": one_of(Result),
            "exact_result": one_of(Result),
            "verdict": one_of(Result, "That of the identity's own From mode."),
            "explanation": text(),
        }
    ),
}
_NOT_FOUND = (IdentityNotFoundError,)
_DELETE_REFUSALS = (IdentityNotFoundError, AddressRefusedError)
_CHANGE_REFUSALS = (
    IdentityNotFoundError,
    UnknownDomainError,
    DomainNotVerifiedError,
    AddressTakenError,
    IncompleteIdentityError,
    TooManyMailsError,
    FromModeRefusedError,
)
_CHANGE_DESCRIPTION = (
    "Fields that are absent stay. Null, or an empty text, empties the reply-to fields and the note. Another address has to be "
    "confirmed anew."
)
_IDENTITY = {"identity": "$response.body#/data/id"}
_LINKS = {
    "Show": Link("showIdentity", _IDENTITY),
    "Change": Link("changeIdentity", _IDENTITY),
    "Resend": Link("resendConfirmation", _IDENTITY),
    "Delete": Link("deleteIdentity", _IDENTITY),
    "ShowByAddress": Link("showIdentityByAddress", {"email": "$response.body#/data/email"}),
}
_SHOWN = Answer(200, "The identity.", one("Identity"))
_DELETED = Answer(200, "Deleted, and the tokens that were restricted to it with it. The body is empty.")


def _change(operation_id: str, summary: str) -> Operation:
    return Operation(
        operation_id,
        _TAG,
        summary,
        _CHANGE_DESCRIPTION,
        _SHOWN,
        body=body(_CHANGES),
        body_required=False,
        refusals=_CHANGE_REFUSALS,
    )


OPERATIONS = {
    ("POST", "/v1/identities"): Operation(
        "createIdentity",
        _TAG,
        "Add a sender identity",
        "The owner of the address gets a mail with a link, behind which a page asks for consent.",
        Answer(201, "The new identity.", one("Identity"), _LINKS),
        body=body(_FIELDS, required=_NEEDED),
        refusals=(
            UnknownDomainError,
            DomainNotVerifiedError,
            AddressTakenError,
            LimitReachedError,
            TooManyMailsError,
            FromModeRefusedError,
        ),
    ),
    ("GET", "/v1/identities"): Operation(
        "listIdentities",
        _TAG,
        "List sender identities",
        "Newest first.",
        Answer(200, "A page of identities.", page_of("Identity")),
        parameters=(
            Parameter(
                "domain_id",
                Place.QUERY,
                values.id_of_any_form(DOMAIN_PREFIX, ""),
                "Only those that hang on this domain of the account. Any of the domain's three ids.",
            ),
            Parameter(
                "query", Place.QUERY, text(longest=LONGEST_EMAIL), "Only those whose address has this in it."
            ),
            Parameter("order_by", Place.QUERY, one_of(OrderBy), "By what; `created_at` if nothing is said."),
            Parameter(
                "order",
                Place.QUERY,
                one_of(Order),
                "Which way; the latest first if nothing is said, addresses from a.",
            ),
            *PARAMETERS,
        ),
        refusals=(InvalidFieldsError, UnknownDomainError, TooManyToSearchError),
    ),
    ("GET", "/v1/identities/{identity}"): Operation(
        "showIdentity", _TAG, "Show a sender identity", "By its id.", _SHOWN, refusals=_NOT_FOUND
    ),
    ("GET", "/v1/identities/email/{email}"): Operation(
        "showIdentityByAddress",
        _TAG,
        "Show the identity of an address",
        "By its address. One with a slash in it is reached by its id only, here and in the other calls by address.",
        _SHOWN,
        refusals=_NOT_FOUND,
    ),
    ("PUT", "/v1/identities/{identity}"): _change("changeIdentity", "Change a sender identity"),
    ("PUT", "/v1/identities/email/{email}"): _change(
        "changeIdentityByAddress", "Change the identity of an address"
    ),
    ("DELETE", "/v1/identities/{identity}"): Operation(
        "deleteIdentity",
        _TAG,
        "Delete a sender identity",
        "By its id.",
        _DELETED,
        refusals=_DELETE_REFUSALS,
    ),
    ("DELETE", "/v1/identities/email/{email}"): Operation(
        "deleteIdentityByAddress",
        _TAG,
        "Delete the identity of an address",
        "By its address.",
        _DELETED,
        refusals=_DELETE_REFUSALS,
    ),
    ("POST", "/v1/identities/{identity}/resend"): Operation(
        "resendConfirmation",
        _TAG,
        "Send the confirmation mail again",
        "With a new link; the one before stops working. `resends` grows by one.",
        _SHOWN,
        refusals=(IdentityNotFoundError, AlreadyVerifiedError, DomainNotVerifiedError, TooManyMailsError),
    ),
}
