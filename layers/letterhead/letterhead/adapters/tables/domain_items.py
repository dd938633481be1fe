"""A sending domain as an item of the domains table."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex

from letterhead.adapters.tables.attributes import Day, Moment
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.watch_slots import watched_at
from letterhead.domains.domain import CheckMark, Ownership, Registration, SendingDomain
from letterhead.domains.records import RecordPurpose, RecordStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from letterhead.messages.warm_up import WarmUp


class _ById(LocalSecondaryIndex["DomainItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_id"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    domain_id = UnicodeAttribute(range_key=True)


class _ByVerification(LocalSecondaryIndex["DomainItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_verification"
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    verification_key = UnicodeAttribute(range_key=True)


class _ByExternalId(LocalSecondaryIndex["DomainItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_external_id"
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    external_id = UnicodeAttribute(range_key=True)


class _ByWatch(GlobalSecondaryIndex["DomainItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_watch"
        projection = AllProjection()

    watch_slot = UnicodeAttribute(hash_key=True)
    watch_key = UnicodeAttribute(range_key=True)


class DomainItem(TableModel):
    """A domain as an item, or a count, which has `total` and `verified` only.

    `statuses`, `metadata` and `settings` are JSON, for they are only ever read whole; `findings` are compressed JSON.
    What it says of pauses and warnings is written for the domain's reputation alone, of its warm-up for that, never by a change
    of the domain. A warm-up without an allowance is over.
    `verification_key` is `<verified or not>#<domain id>`, and absent while the domain is being deleted. `watch_slot` and
    `watch_key` say when the domain is to be looked at: `watch_slots` explains them.
    """

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    domain_id = UnicodeAttribute()
    verification_key = UnicodeAttribute(null=True)
    shown_name = UnicodeAttribute()
    registrable = UnicodeAttribute()
    region = UnicodeAttribute()
    reports_to = UnicodeAttribute(null=True)
    mail_from_domain = UnicodeAttribute()
    registration = UnicodeAttribute()
    answered = BooleanAttribute()
    ownership = UnicodeAttribute()
    challenge = UnicodeAttribute()
    proven_at = Moment(null=True)
    lost_at = Moment(null=True)
    version = NumberAttribute()
    dkim_tokens: ListAttribute[str] = ListAttribute()
    signing_hosted_zone = UnicodeAttribute(null=True)
    statuses = JSONAttribute()
    once_verified: ListAttribute[str] = ListAttribute()
    findings = BinaryAttribute(null=True, legacy_encoding=False)
    can_send = BooleanAttribute()
    paused_at = Moment(null=True)
    pause_reason = UnicodeAttribute(null=True)
    rated_since = Moment(null=True)
    bounces_warned_at = Moment(null=True)
    complaints_warned_at = Moment(null=True)
    warm_up_allowance = NumberAttribute(null=True)
    warm_up_day = Day(null=True)
    dkim_absences = NumberAttribute()
    dkim_absent_since = Moment(null=True)
    checked_at = Moment(null=True)
    last_check_id = UnicodeAttribute(null=True)
    last_check_digest = UnicodeAttribute(null=True)
    dkim_verified_at = Moment(null=True)
    external_id = UnicodeAttribute(null=True)
    metadata = JSONAttribute()
    settings = JSONAttribute()
    created_at = Moment()
    updated_at = Moment()
    announced = UnicodeAttribute(null=True)
    missed = JSONAttribute(null=True)
    doubts = JSONAttribute(null=True)
    announcements = NumberAttribute(null=True)
    due_at = Moment(null=True)
    silent_since = Moment(null=True)
    troubled_since = Moment(null=True)
    watch_slot = UnicodeAttribute(null=True)
    watch_key = UnicodeAttribute(null=True)
    total = NumberAttribute(null=True)
    verified = NumberAttribute(null=True)

    by_id = _ById()
    by_verification = _ByVerification()
    by_external_id = _ByExternalId()
    by_watch = _ByWatch()


def verification_prefix(*, verified: bool) -> str:
    """What the keys of verified domains begin with in the index, or those of the others."""
    return "verified#" if verified else "unverified#"


def is_present(domain: SendingDomain) -> Condition:
    """The condition that a domain is there, and that its deletion hasn't begun."""
    there: Condition = (DomainItem.domain_id == domain.domain_id) & (
        DomainItem.registration != Registration.LEAVING.value
    )
    return there


def item_of(domain: SendingDomain) -> DomainItem:
    """A domain's item."""
    last = domain.last_check
    watch_slot, watch_key = watched_at(domain.domain_id, domain.due_at)
    return DomainItem(
        account_id=domain.account_id,
        name=domain.name,
        domain_id=domain.domain_id,
        verification_key=None
        if domain.leaving
        else verification_prefix(verified=domain.is_verified) + domain.domain_id,
        shown_name=domain.shown_name,
        registrable=domain.registrable,
        region=domain.region,
        reports_to=domain.reports_to or None,
        mail_from_domain=domain.mail_from_domain,
        registration=domain.registration.value,
        answered=domain.answered,
        ownership=domain.ownership.value,
        challenge=domain.challenge,
        proven_at=domain.proven_at,
        lost_at=domain.lost_at,
        version=domain.version,
        dkim_tokens=list(domain.dkim_tokens),
        signing_hosted_zone=domain.signing_hosted_zone or None,
        statuses={purpose.value: status.value for purpose, status in domain.statuses.items()},
        once_verified=sorted(purpose.value for purpose in domain.once_verified),
        findings=_packed(domain.findings),
        can_send=domain.can_send,
        dkim_absences=domain.dkim_absences,
        dkim_absent_since=domain.dkim_absent_since,
        checked_at=domain.checked_at,
        last_check_id=last and last.check_id,
        last_check_digest=last and last.digest,
        dkim_verified_at=domain.dkim_verified_at,
        external_id=domain.external_id,
        metadata=dict(domain.metadata),
        settings=dict(domain.settings),
        announced=domain.announced.value if domain.announced is not RecordStatus.PENDING else None,
        missed={purpose.value: value for purpose, value in domain.missed.items()} or None,
        doubts={key: since.isoformat() for key, since in domain.doubts.items()} or None,
        announcements=domain.announcements or None,
        due_at=domain.due_at,
        silent_since=domain.silent_since,
        troubled_since=domain.troubled_since,
        watch_slot=watch_slot,
        watch_key=watch_key,
        created_at=domain.created_at,
        updated_at=domain.updated_at,
    )


def domain_of(item: DomainItem) -> SendingDomain:
    """An item's domain. Raises one of `readable.ODD` where the item isn't as it was written."""
    if None in (
        item.domain_id,
        item.shown_name,
        item.registrable,
        item.region,
        item.mail_from_domain,
        item.challenge,
        item.created_at,
        item.updated_at,
        item.answered,
        item.can_send,
        item.metadata,
        item.settings,
    ):
        raise ValueError("the item lacks something")
    return SendingDomain(
        account_id=item.account_id,
        domain_id=item.domain_id,
        name=item.name,
        shown_name=item.shown_name,
        registrable=item.registrable,
        region=item.region,
        reports_to=item.reports_to or "",
        mail_from_domain=item.mail_from_domain,
        challenge=item.challenge,
        created_at=item.created_at,
        updated_at=item.updated_at,
        registration=Registration(item.registration),
        answered=item.answered,
        ownership=Ownership(item.ownership),
        proven_at=item.proven_at,
        lost_at=item.lost_at,
        version=int(item.version),
        dkim_tokens=tuple(item.dkim_tokens),
        signing_hosted_zone=item.signing_hosted_zone or "",
        statuses={RecordPurpose(purpose): RecordStatus(status) for purpose, status in item.statuses.items()},
        once_verified=frozenset(RecordPurpose(purpose) for purpose in item.once_verified),
        findings=_unpacked(item.findings),
        can_send=item.can_send,
        paused_at=item.paused_at,
        pause_reason=item.pause_reason,
        dkim_absences=int(item.dkim_absences),
        dkim_absent_since=item.dkim_absent_since,
        checked_at=item.checked_at,
        last_check=CheckMark(item.last_check_id, item.last_check_digest or "")
        if item.last_check_id
        else None,
        dkim_verified_at=item.dkim_verified_at,
        external_id=item.external_id,
        metadata=item.metadata,
        settings=item.settings,
        announced=RecordStatus(item.announced or RecordStatus.PENDING),
        missed={RecordPurpose(purpose): value for purpose, value in (item.missed or {}).items()},
        doubts={key: datetime.fromisoformat(since) for key, since in (item.doubts or {}).items()},
        announcements=int(item.announcements or 0),
        due_at=item.due_at,
        silent_since=item.silent_since,
        troubled_since=item.troubled_since,
        warm_up=_warm_up(item),
    )


def _warm_up(item: DomainItem) -> WarmUp | None:
    day = cast("date | None", item.warm_up_day)
    if day is None:
        return None
    from letterhead.messages.warm_up import WarmUp

    allowance = cast("float | None", item.warm_up_allowance)
    return WarmUp(None if allowance is None else int(allowance), day)


def changes_between(before: SendingDomain, after: SendingDomain) -> list[Action]:
    """What makes one item the other; the key and what never changes are left alone."""
    old, new = item_of(before), item_of(after)
    changed: list[Action] = []
    for attribute in _MUTABLE:
        value = getattr(new, attribute.attr_name)
        if value != getattr(old, attribute.attr_name):
            changed.append(attribute.remove() if value is None else attribute.set(value))
    return changed


_MUTABLE = (
    DomainItem.verification_key,
    DomainItem.registration,
    DomainItem.answered,
    DomainItem.ownership,
    DomainItem.challenge,
    DomainItem.proven_at,
    DomainItem.lost_at,
    DomainItem.version,
    DomainItem.dkim_tokens,
    DomainItem.signing_hosted_zone,
    DomainItem.statuses,
    DomainItem.once_verified,
    DomainItem.findings,
    DomainItem.can_send,
    DomainItem.dkim_absences,
    DomainItem.dkim_absent_since,
    DomainItem.checked_at,
    DomainItem.last_check_id,
    DomainItem.last_check_digest,
    DomainItem.dkim_verified_at,
    DomainItem.settings,
    DomainItem.announced,
    DomainItem.missed,
    DomainItem.doubts,
    DomainItem.announcements,
    DomainItem.due_at,
    DomainItem.silent_since,
    DomainItem.troubled_since,
    DomainItem.watch_slot,
    DomainItem.watch_key,
    DomainItem.updated_at,
)


def _packed(findings: Mapping[RecordPurpose, Sequence[Mapping[str, object]]]) -> bytes | None:
    if not findings:
        return None
    text = json.dumps({purpose.value: list(found) for purpose, found in findings.items()})
    return zlib.compress(text.encode())


def _unpacked(packed: bytes | None) -> dict[RecordPurpose, list[Mapping[str, object]]]:
    if packed is None:
        return {}
    found: dict[str, list[Mapping[str, object]]] = json.loads(zlib.decompress(packed))
    return {RecordPurpose(purpose): findings for purpose, findings in found.items()}
