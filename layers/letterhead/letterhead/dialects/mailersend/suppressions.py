"""MailerSend's five suppression lists (contracts A.5): requests into concepts, concepts into answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.pages import PageAddress, PageQuery, read_page, simple_page_body
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.suppression_words import (
    NO_SUCH_DOMAIN,
    Question,
    answer_object,
    new_address,
    provenance_object,
    read_domain_id,
)
from letterhead.dialects.times import in_microseconds
from letterhead.identities.addresses import AddressError, AddressRules
from letterhead.suppressions.address import recipient_id
from letterhead.suppressions.pattern import Pattern, PatternError
from letterhead.suppressions.suppression import SuppressionList, reference_parts
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.domains.domain import SendingDomain
    from letterhead.suppressions.blocking import Block
    from letterhead.suppressions.pages import SuppressionPage
    from letterhead.suppressions.suppression import Kept, Suppression

MOST_AT_ONCE = 1000
LISTS = {
    "blocklist": SuppressionList.BLOCKLIST,
    "hard-bounces": SuppressionList.HARD_BOUNCES,
    "spam-complaints": SuppressionList.SPAM_COMPLAINTS,
    "unsubscribes": SuppressionList.UNSUBSCRIBES,
    "on-hold-list": SuppressionList.ON_HOLD,
}
_PATHS = {each: path for path, each in LISTS.items()}
_DOMAIN_NEEDED = "The domain id field is required. #MS42209"
# What MailerSend says of a bounce that it knows nothing about.
_UNKNOWN_REASON = "Unknown reason"


@value_type
class ListRequest:
    """A page of a list; `domain_id` is None when no domain is named."""

    page: PageQuery
    domain_id: str | None


@value_type
class Addition:
    """Folded addresses and patterns for a list."""

    domain_id: str | None
    subjects: tuple[tuple[str, bool], ...]


@value_type
class Removal:
    """The entries to remove: by their ids and domains, or all of a list."""

    domain_id: str | None
    references: tuple[tuple[str, str | None], ...]
    all: bool


def wrong_domain(which: SuppressionList) -> InvalidFieldsError:
    """What each list says of a domain that is missing, unknown or another's."""
    text = NO_SUCH_DOMAIN if which in _DOMAIN_OPTIONAL else _DOMAIN_NEEDED
    return InvalidFieldsError({"domain_id": (text,)})


_DOMAIN_OPTIONAL = {SuppressionList.BLOCKLIST, SuppressionList.ON_HOLD}


def read_list(query: Sequence[tuple[str, str]]) -> ListRequest:
    """The page that a `GET` asks for; raises `InvalidFieldsError`."""
    values = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(values, wrong)
    domain_id = read_domain_id(values.get("domain_id"), wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return ListRequest(page, domain_id)


def read_addition(body: Mapping[str, object], which: SuppressionList, addresses: AddressRules) -> Addition:
    """The recipients, and for the blocklist the patterns, that a `POST` names; raises `InvalidFieldsError`."""
    fields = Fields(body)
    domain_id = _domain_id(fields, which, required=which not in _DOMAIN_OPTIONAL)
    subjects: dict[tuple[str, bool], None] = {}
    recipients = fields.texts("recipients", most=MOST_AT_ONCE) or ()
    for position, text in enumerate(recipients):
        try:
            subjects[new_address(text, addresses), False] = None
        except AddressError:
            fields.wrong(
                f"recipients.{position}", f"The recipients.{position} must be a valid email address."
            )
    patterns: tuple[str, ...] = ()
    if which is SuppressionList.BLOCKLIST:
        patterns = fields.texts("patterns", most=MOST_AT_ONCE) or ()
        for position, text in enumerate(patterns):
            try:
                subjects[Pattern.parse(text).text, True] = None
            except PatternError as error:
                fields.wrong(f"patterns.{position}", f"The patterns.{position} {error}.")
    if not recipients and not patterns and body.get("recipients") in (None, []):
        fields.wrong("recipients", "The recipients field is required.")
    fields.finish()
    return Addition(domain_id, tuple(subjects))


def read_removal(body: Mapping[str, object], which: SuppressionList) -> Removal:
    """What a `DELETE` names in its body; raises `InvalidFieldsError`."""
    fields = Fields(body)
    domain_id = _domain_id(fields, which, required=False)
    everything = fields.flag("all") or False
    ids = fields.texts("ids", most=MOST_AT_ONCE) or ()
    references = []
    for position, text in enumerate(ids):
        parts = reference_parts(text)
        if parts is None or (domain_id is not None and parts[1] != domain_id):
            fields.wrong(f"ids.{position}", invalid_id(position))
        else:
            references.append(parts)
    if not ids and not everything and body.get("ids") in (None, []):
        fields.wrong("ids", "The ids field is required when all is not present.")
    fields.finish()
    return Removal(domain_id, tuple(references), everything)


def invalid_id(position: int) -> str:
    """What is said of an id that names no entry of the list."""
    return f"The selected ids.{position} is invalid."


def listed(
    page: SuppressionPage,
    request: ListRequest,
    which: SuppressionList,
    domains: Mapping[str, SendingDomain],
    base_url: str,
) -> Reply:
    """The answer to a `GET`."""
    kept = {} if request.domain_id is None else {"domain_id": request.domain_id}
    body = simple_page_body(
        [entry_object(one, domains) for one in page.suppressions],
        number=page.query.number,
        size=page.query.size,
        has_more=page.has_more,
        last_id=page.suppressions[-1].suppression_id if page.suppressions else None,
        address=PageAddress(f"{base_url}/v1/suppressions/{_PATHS[which]}", kept),
    )
    return Reply(200, body)


def added(kept: Sequence[Kept], domains: Mapping[str, SendingDomain]) -> Reply:
    """The answer to a `POST`: the entries as they are in the list now. A blocklist's say nothing of their domain here."""
    objects = [entry_object(one.suppression, domains) for one in kept]
    for each in objects:
        each.pop("domain", None)
    return Reply(201, {"data": objects})


def removed() -> Reply:
    """The answer to a `DELETE`."""
    return Reply(200, [])


def answered(question: Question, blocks: Sequence[tuple[Block, Suppression | None]]) -> Reply:
    """The answer to the additive `GET /v1/suppressions/lookup`."""
    return Reply(200, {"data": answer_object(question, blocks, in_microseconds, str)})


def entry_object(one: Suppression, domains: Mapping[str, SendingDomain]) -> dict[str, object]:
    """An entry as its list shows it; `provenance` and, on hold, `expires_at` are ours."""
    made_at, origin = in_microseconds(one.created_at), one.provenance
    ours = {"provenance": provenance_object(origin, in_microseconds)}
    domain = _domain_object(domains.get(one.key.domain_id or ""))
    if one.key.list is SuppressionList.BLOCKLIST:
        return {
            "id": one.reference,
            "type": "pattern" if one.key.is_pattern else "exact",
            "pattern": one.key.subject,
            "domain": domain,
            "created_at": made_at,
            "updated_at": made_at,
            **ours,
        }
    recipient = {
        "id": recipient_id(one.account_id, one.key.subject),
        "email": one.key.subject,
        "created_at": made_at,
        "updated_at": made_at,
        "deleted_at": "",
        "domain": domain,
    }
    found: dict[str, object] = {"id": one.reference, "created_at": made_at, "recipient": recipient, **ours}
    match one.key.list:
        case SuppressionList.HARD_BOUNCES:
            found["reason"] = origin.diagnostic or origin.note or _UNKNOWN_REASON
        case SuppressionList.UNSUBSCRIBES:
            found |= {"reason": None, "readable_reason": origin.note}
        case SuppressionList.ON_HOLD:
            found |= {"reason": None, "readable_reason": origin.diagnostic or origin.note}
            found["expires_at"] = one.expires_at and in_microseconds(one.expires_at)
        case _:
            pass
    return found


def _domain_id(fields: Fields, which: SuppressionList, *, required: bool) -> str | None:
    text = fields.text("domain_id")
    if text is None:
        if required and not fields.has_wrong("domain_id"):
            fields.wrong("domain_id", _DOMAIN_NEEDED)
        return None
    domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if domain_id is None:
        fields.wrong("domain_id", wrong_domain(which).fields["domain_id"][0])
    return domain_id


def _domain_object(domain: SendingDomain | None) -> dict[str, object] | None:
    if domain is None:
        return None
    return {
        "id": domain.domain_id,
        "name": domain.shown_name,
        "created_at": in_microseconds(domain.created_at),
        "updated_at": in_microseconds(domain.updated_at),
    }
