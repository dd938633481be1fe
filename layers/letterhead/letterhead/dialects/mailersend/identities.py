"""MailerSend's sender identities: requests into concepts, concepts into answers (seed: identities API; contracts A.3)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.plain_text import line, paragraphs
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.identities.addresses import AddressError, AddressRules, EmailAddress, FreeMailProviders
from letterhead.identities.changes import IdentityChange
from letterhead.identities.creation import NewIdentity
from letterhead.identities.forecast_words import explained
from letterhead.identities.from_header import from_mailbox, reply_to_mailbox
from letterhead.identities.identity import (
    ExactState,
    FromMode,
    IdentityNotFoundError,
    MailFailure,
    SenderIdentity,
)
from letterhead.identities.pages import MOST_SEARCHED, IdentityPage, Order, OrderBy, PageRequest
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_Choice = TypeVar("_Choice", OrderBy, Order)
LONGEST_NAME = 191
LONGEST_EMAIL = 191
LONGEST_NOTE = 250


@value_type
class IdentityRules:
    """What it takes tables to know about an identity's addresses."""

    addresses: AddressRules
    free_mail: FreeMailProviders


def read_creation(body: Mapping[str, object], rules: IdentityRules) -> NewIdentity:
    """The identity that `POST /v1/identities` asks for; raises `InvalidFieldsError` with every field that is wrong."""
    fields = Fields(body)
    domain_id = _domain_id(fields, required=True)
    name = line(fields, "name", longest=LONGEST_NAME, required=True)
    email = _sender_address(fields, rules, required=True)
    reply_to_email = _reply_to_address(fields, rules)
    reply_to_name = line(fields, "reply_to_name", longest=LONGEST_NAME)
    if reply_to_name is not None and _is_blank(body, "reply_to_email"):
        fields.wrong("reply_to_email", NEEDED["reply_to_email"])
    add_note = fields.flag("add_note") or False
    note = paragraphs(fields, "personal_note", longest=LONGEST_NOTE)
    if add_note and _is_blank(body, "personal_note"):
        fields.wrong("personal_note", NEEDED["personal_note"])
    from_mode = _from_mode(fields)
    fields.finish()
    return NewIdentity(
        domain_id=cast("str", domain_id),
        email=cast("EmailAddress", email),
        name=cast("str", name),
        reply_to_email=reply_to_email,
        reply_to_name=reply_to_name,
        add_note=add_note,
        personal_note=note,
        from_mode=from_mode or FromMode.ALIGNED,
    )


def read_change(body: Mapping[str, object], rules: IdentityRules) -> IdentityChange:
    """What `PUT /v1/identities/{id}` asks for: an absent field stays, null empties an optional one.

    Null in a field that an identity can't be without leaves it, for some clients send every field that they know.
    """
    fields = Fields(body)
    change = IdentityChange(
        domain_id=_domain_id(fields),
        email=_sender_address(fields, rules, required=_is_empty_text(body, "email")),
        name=line(fields, "name", longest=LONGEST_NAME, required=_is_empty_text(body, "name")),
        reply_to_email=_reply_to_address(fields, rules),
        reply_to_name=line(fields, "reply_to_name", longest=LONGEST_NAME),
        add_note=fields.flag("add_note"),
        personal_note=paragraphs(fields, "personal_note", longest=LONGEST_NOTE),
        from_mode=_from_mode(fields),
        cleared=frozenset(name for name in _CLEARABLE if fields.has(name) and _is_blank(body, name)),
    )
    fields.finish()
    return change


def read_list(query: Sequence[tuple[str, str]]) -> PageRequest:
    """The page that `GET /v1/identities` asks for; raises `InvalidFieldsError`."""
    values = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(values, wrong)
    given_domain = values.get("domain_id") or None
    order_by = _choice(values, "order_by", OrderBy, wrong) or OrderBy.CREATED_AT
    order = _choice(values, "order", Order, wrong)
    text = values.get("query", "").strip()
    if len(text) > LONGEST_EMAIL:
        wrong["query"] = (f"The query may not be greater than {LONGEST_EMAIL} characters.",)
    domain_id = given_domain and identifiers.from_any(identifiers.DOMAIN_PREFIX, given_domain)
    if given_domain and not domain_id:
        wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    if wrong:
        raise InvalidFieldsError(wrong)
    return PageRequest(
        page.number,
        page.size,
        domain_id,
        page.after,
        query=text or None,
        order_by=order_by,
        order=order or order_by.usual_order,
    )


def _choice(
    values: Mapping[str, str], name: str, choices: type[_Choice], wrong: dict[str, tuple[str, ...]]
) -> _Choice | None:
    try:
        return choices(values[name]) if values.get(name) else None
    except ValueError:
        wrong[name] = (f"The selected {_words(name)} is invalid.",)
        return None


def read_id(text: str) -> str:
    """The id in a path; raises `IdentityNotFoundError` for what can't be one."""
    if not identifiers.is_id(text):
        raise IdentityNotFoundError
    return text


def read_email(text: str, rules: IdentityRules) -> EmailAddress:
    """The address in a path; raises `IdentityNotFoundError` for what can't be one."""
    try:
        return rules.addresses.parse(text)
    except AddressError as error:
        raise IdentityNotFoundError from error


def created(identity: SenderIdentity, now: datetime) -> Reply:
    """The answer to a creation."""
    return Reply(201, {"data": identity_object(identity, now)})


def shown(identity: SenderIdentity, now: datetime) -> Reply:
    """The answer to a read."""
    return Reply(200, {"data": identity_object(identity, now)})


def deleted() -> Reply:
    """The answer to a deletion: 200 and nothing in it, as the document's example has it."""
    return Reply(200)


def listed(page: IdentityPage, base_url: str, now: datetime) -> Reply:
    """The answer to a list."""
    request = page.request
    kept = {
        name: value
        for name, value in (
            ("domain_id", request.domain_id),
            ("query", request.query),
            ("order_by", None if request.order_by is OrderBy.CREATED_AT else request.order_by.value),
            ("order", None if request.order is request.order_by.usual_order else request.order.value),
        )
        if value is not None
    }
    body = page_body(
        [identity_object(identity, now) for identity in page.identities],
        number=request.number,
        size=request.size,
        total=page.total,
        last_id=page.identities[-1].identity_id if page.identities and not request.is_search else None,
        address=PageAddress(f"{base_url}/v1/identities", kept),
    )
    return Reply(200, body)


def identity_object(identity: SenderIdentity, now: datetime) -> dict[str, object]:
    """MailerSend's identity object, and after its keys those that are ours."""
    domain = identity.domain
    return {
        "id": identity.identity_id,
        "email": identity.email.shown,
        "name": identity.name,
        "reply_to_email": identity.reply_to_email.shown if identity.reply_to_email else None,
        "reply_to_name": identity.reply_to_name,
        "is_verified": identity.is_verified,
        "resends": identity.resends,
        "add_note": identity.add_note,
        "personal_note": identity.personal_note,
        "domain": {
            "id": domain.domain_id,
            "name": domain.shown_name,
            "created_at": in_microseconds(domain.created_at),
            "updated_at": in_microseconds(domain.updated_at),
        },
        "from_mode": identity.from_mode,
        "status": identity.status_at(now),
        "usable": identity.usable,
        "unusable_reason": _unusable_reason(identity, now),
        "verified_at": _moment(identity.verified_at),
        "expires_at": _moment(identity.expires_at),
        "last_sent_at": _moment(identity.mailed_at),
        "last_error": _last_error(identity),
        "exact_status": _exact_status(identity),
        "dmarc": _forecast(identity),
        "from_preview": {"from": from_mailbox(identity), "reply_to": reply_to_mailbox(identity)},
    }


def _forecast(identity: SenderIdentity) -> dict[str, object] | None:
    forecast = identity.forecast
    if forecast is None:
        return None
    exact = identity.from_mode is FromMode.EXACT
    return {
        "policy": forecast.policy if forecast.known else "unknown",
        "source_name": f"_dmarc.{forecast.source_name}" if forecast.source_name else None,
        "aligned_result": forecast.aligned_result,
        "exact_result": forecast.exact_result,
        "verdict": forecast.exact_result if exact else forecast.aligned_result,
        "explanation": explained(forecast, identity.email, identity.domain, identity.from_mode),
    }


def _exact_status(identity: SenderIdentity) -> str | None:
    """How far Amazon's verification of the address is, in words that a caller can act on; None in the other From mode."""
    if identity.from_mode is not FromMode.EXACT:
        return None
    if not identity.is_confirmed:
        return "waiting"
    if identity.is_verified:
        return ExactState.VERIFIED
    return ExactState.PENDING if identity.exact in (None, ExactState.WANTED) else identity.exact


def _unusable_reason(identity: SenderIdentity, now: datetime) -> str | None:
    """Why no mail may go out as the identity now; None when it may."""
    if identity.lapsed:
        return DOMAIN_LAPSED
    return None if identity.usable else identity.status_at(now).value


def _last_error(identity: SenderIdentity) -> str | None:
    if identity.mail_failure is not None:
        return _FAILURES[identity.mail_failure]
    return _EXACT_FAILURES.get(identity.exact) if identity.exact is not None else None


# What a field that another one needs is missing for.
NEEDED = MappingProxyType(
    {
        "reply_to_email": "The reply to email field is required when reply to name is present.",
        "personal_note": "The personal note field is required when add note is true.",
    }
)
_CLEARABLE = ("reply_to_email", "reply_to_name", "personal_note")
TOO_MANY_TO_SEARCH = (
    f"Lists with a query, or ordered by email or verified at, go through {MOST_SEARCHED} sender identities at most:"
    " name a domain that has fewer."
)
DOMAIN_LAPSED = "domain_not_verified"
NO_SUCH_DOMAIN = "The selected domain id is invalid."
_FAILURES = {
    MailFailure.PROVIDER_BUSY: "The confirmation mail couldn't be sent yet; it is tried again.",
    MailFailure.PROVIDER_REFUSED: "Amazon SES refused the confirmation mail.",
    MailFailure.ADDRESS_LIMIT: (
        "The confirmation mail wasn't sent: this address got too many of them today. Resend it tomorrow."
    ),
    MailFailure.ADDRESS_NOT_DELIVERABLE: (
        "Amazon SES can't deliver to an address with characters beyond ASCII before the @, so its owner can't be asked."
        " Use another address of theirs."
    ),
    MailFailure.DOMAIN_NOT_VERIFIED: "The confirmation mail wasn't sent: the domain isn't verified any more.",
    MailFailure.ACCOUNT_SUSPENDED: "The confirmation mail wasn't sent: the account is suspended.",
    MailFailure.SUPPRESSED: (
        "The confirmation mail wasn't sent: the address is on a suppression list. Take it off there, then resend."
    ),
}
_EXACT_FAILURES = {
    ExactState.EXPIRED: "The link in Amazon's mail wasn't opened in time. Resend it.",
    ExactState.CONFLICT: (
        "Amazon SES has this address for somebody else, to whom its owner consented later. Use the from mode aligned, or have"
        " the owner asked anew: delete this identity and add it again."
    ),
    ExactState.REFUSED: "Amazon SES refused to verify the address.",
}


def _domain_id(fields: Fields, *, required: bool = False) -> str | None:
    """A domain's id, in whichever service's form; many come from Sendara's or SendMailOS's calls."""
    text = fields.text("domain_id", required=required)
    domain_id = text and identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if text and not domain_id:
        fields.wrong("domain_id", NO_SUCH_DOMAIN)
    return domain_id


def _sender_address(fields: Fields, rules: IdentityRules, *, required: bool) -> EmailAddress | None:
    email = _address(fields, "email", rules, required=required)
    if email is not None and rules.free_mail.includes(email.domain):
        fields.wrong("email", "The email must be at a domain of its owner's, not at a free email provider's.")
    return email


def _reply_to_address(fields: Fields, rules: IdentityRules) -> EmailAddress | None:
    email = _address(fields, "reply_to_email", rules)
    if email is not None and email.needs_smtputf8:
        fields.wrong("reply_to_email", "The reply to email may have only ASCII characters before the @.")
    return email


def _address(
    fields: Fields, name: str, rules: IdentityRules, *, required: bool = False
) -> EmailAddress | None:
    text = fields.text(name, required=required, longest=LONGEST_EMAIL)
    if text is None:
        return None
    try:
        return rules.addresses.parse(text)
    except AddressError:
        fields.wrong(name, f"The {_words(name)} must be a valid email address.")
        return None


def _from_mode(fields: Fields) -> FromMode | None:
    text = fields.text("from_mode")
    if text is None:
        return None
    try:
        return FromMode(text)
    except ValueError:
        fields.wrong("from_mode", "The selected from mode is invalid.")
        return None


def _is_blank(body: Mapping[str, object], name: str) -> bool:
    return body.get(name) is None or _is_empty_text(body, name)


def _is_empty_text(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name)
    return isinstance(value, str) and not value.strip()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else in_microseconds(moment)


def _words(name: str) -> str:
    return name.replace("_", " ")
