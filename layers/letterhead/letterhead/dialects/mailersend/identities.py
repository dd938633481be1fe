"""MailerSend's sender identities: requests into concepts, concepts into answers (seed: identities API; contracts A.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.identities.addresses import AddressError, AddressRules, EmailAddress, FreeMailProviders
from letterhead.identities.creation import NewIdentity
from letterhead.identities.from_header import from_mailbox, reply_to_mailbox
from letterhead.identities.identity import IdentityNotFoundError, MailFailure, SenderIdentity
from letterhead.identities.pages import IdentityPage, PageRequest

LONGEST_NAME = 191
LONGEST_EMAIL = 191
LONGEST_NOTE = 250
# Unicode's Bidi_Control characters (UAX 9), by which a text can be made to read as another.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = frozenset({"Cc", "Zl", "Zp"})


@dataclass(frozen=True)
class IdentityRules:
    """What it takes tables to know about an identity's addresses."""

    addresses: AddressRules
    free_mail: FreeMailProviders


def read_creation(body: Mapping[str, object], rules: IdentityRules) -> NewIdentity:
    """The identity that `POST /v1/identities` asks for; raises `InvalidFieldsError` with every field that is wrong."""
    fields = Fields(body)
    given_domain = fields.text("domain_id", required=True)
    domain_id = given_domain and identifiers.from_any(identifiers.DOMAIN_PREFIX, given_domain)
    if given_domain and not domain_id:
        fields.wrong("domain_id", NO_SUCH_DOMAIN)
    name = _line(fields, "name", required=True)
    email = _sender_address(fields, rules)
    reply_to_email = _reply_to_address(fields, rules)
    reply_to_name = _line(fields, "reply_to_name")
    if reply_to_name is not None and _is_blank(body, "reply_to_email"):
        fields.wrong("reply_to_email", "The reply to email field is required when reply to name is present.")
    add_note = fields.flag("add_note") or False
    note = _note(fields)
    if add_note and _is_blank(body, "personal_note"):
        fields.wrong("personal_note", "The personal note field is required when add note is true.")
    fields.finish()
    return NewIdentity(
        domain_id=cast("str", domain_id),
        email=cast("EmailAddress", email),
        name=cast("str", name),
        reply_to_email=reply_to_email,
        reply_to_name=reply_to_name,
        add_note=add_note,
        personal_note=note,
    )


def read_list(query: Sequence[tuple[str, str]]) -> PageRequest:
    """The page that `GET /v1/identities` asks for; raises `InvalidFieldsError`."""
    values = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(values, wrong)
    given_domain = values.get("domain_id") or None
    domain_id = given_domain and identifiers.from_any(identifiers.DOMAIN_PREFIX, given_domain)
    if given_domain and not domain_id:
        wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    if wrong:
        raise InvalidFieldsError(wrong)
    return PageRequest(page.number, page.size, domain_id, page.after)


def read_id(text: str) -> str:
    """The id in a path; raises `IdentityNotFoundError` for what can't be one."""
    if not identifiers.is_id(text):
        raise IdentityNotFoundError
    return text


def created(identity: SenderIdentity, now: datetime) -> Reply:
    """The answer to a creation."""
    return Reply(201, {"data": identity_object(identity, now)})


def shown(identity: SenderIdentity, now: datetime) -> Reply:
    """The answer to a read."""
    return Reply(200, {"data": identity_object(identity, now)})


def listed(page: IdentityPage, base_url: str, now: datetime) -> Reply:
    """The answer to a list."""
    request = page.request
    kept = {} if request.domain_id is None else {"domain_id": request.domain_id}
    body = page_body(
        [identity_object(identity, now) for identity in page.identities],
        number=request.number,
        size=request.size,
        total=page.total,
        last_id=page.identities[-1].identity_id if page.identities else None,
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
        "verified_at": _moment(identity.verified_at),
        "expires_at": _moment(identity.expires_at),
        "last_sent_at": _moment(identity.mailed_at),
        "last_error": _FAILURES[identity.mail_failure] if identity.mail_failure else None,
        "from_preview": {"from": from_mailbox(identity), "reply_to": reply_to_mailbox(identity)},
    }


NO_SUCH_DOMAIN = "The selected domain id is invalid."
_FAILURES = {
    MailFailure.PROVIDER_BUSY: "The confirmation mail couldn't be sent yet; it is tried again.",
    MailFailure.PROVIDER_REFUSED: "Amazon SES refused the confirmation mail.",
    MailFailure.ADDRESS_NOT_DELIVERABLE: (
        "Amazon SES can't deliver to an address with characters beyond ASCII before the @."
    ),
    MailFailure.DOMAIN_NOT_VERIFIED: "The confirmation mail wasn't sent: the domain isn't verified any more.",
    MailFailure.ACCOUNT_SUSPENDED: "The confirmation mail wasn't sent: the account is suspended.",
}
_UNUSABLE = "The {words} contains characters that can't be used."


def _sender_address(fields: Fields, rules: IdentityRules) -> EmailAddress | None:
    email = _address(fields, "email", rules, required=True)
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


def _line(fields: Fields, name: str, *, required: bool = False) -> str | None:
    """A text for a mail header or a page: one line, in one writing direction."""
    text = fields.text(name, required=required, longest=LONGEST_NAME)
    if text is not None and _has_controls(text, allowed=""):
        fields.wrong(name, _UNUSABLE.format(words=_words(name)))
    return text


def _note(fields: Fields) -> str | None:
    text = fields.text("personal_note", longest=LONGEST_NOTE)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _has_controls(text, allowed="\n\t"):
        fields.wrong("personal_note", _UNUSABLE.format(words="personal note"))
    return text


def _has_controls(text: str, *, allowed: str) -> bool:
    return any(
        character in _REORDERING
        or (unicodedata.category(character) in _CONTROLS and character not in allowed)
        for character in text
    )


def _is_blank(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name)
    return value is None or (isinstance(value, str) and not value.strip())


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else in_microseconds(moment)


def _words(name: str) -> str:
    return name.replace("_", " ")
