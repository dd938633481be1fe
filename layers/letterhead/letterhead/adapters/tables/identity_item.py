"""A sender identity as an item of the identities table, and back.

Attributes have short names and times are numbers, because a list pays for each byte of its items.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.forecast_text import forecast_of, forecast_text
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import (
    ExactState,
    FromMode,
    IdentityDomain,
    IdentityStatus,
    MailFailure,
    SenderIdentity,
)


class IdentitiesById(LocalSecondaryIndex["IdentityItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_id"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    identity_id = UnicodeAttribute(range_key=True)


class IdentitiesByDomain(LocalSecondaryIndex["IdentityItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_domain"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    domain_key = UnicodeAttribute(range_key=True)


class IdentitiesByWatch(GlobalSecondaryIndex["IdentityItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_watch"
        projection = AllProjection()

    watch_slot = UnicodeAttribute(hash_key=True)
    watch_key = UnicodeAttribute(range_key=True)


class IdentityItem(TableModel):
    """An identity as an item, or a count, which has `number` only. `domain_key` is `<domain id>#<identity id>`.

    `watch_slot` says when the identity is looked at (`watch_slots` explains it), and `watch_key` is the `domain_key` again; both
    are absent while there is nothing to look for.
    """

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    email = UnicodeAttribute(range_key=True)
    identity_id = UnicodeAttribute()
    domain_key = UnicodeAttribute()
    shown_email = UnicodeAttribute(null=True, attr_name="shown")
    name = UnicodeAttribute()
    reply_to_email = UnicodeAttribute(null=True, attr_name="reply_to")
    shown_reply_to = UnicodeAttribute(null=True)
    reply_to_name = UnicodeAttribute(null=True, attr_name="reply_name")
    add_note = BooleanAttribute()
    personal_note = UnicodeAttribute(null=True, attr_name="note")
    from_mode = UnicodeAttribute(attr_name="mode")
    status = UnicodeAttribute()
    decided_at = Instant(null=True, attr_name="decided")
    generation = NumberAttribute()
    resends = NumberAttribute()
    resent_on = UnicodeAttribute(null=True)
    resent_today = NumberAttribute(null=True)
    mailed_generation = NumberAttribute(attr_name="mailed_gen")
    mailed_at = Instant(null=True, attr_name="mailed")
    expires_at = Instant(null=True, attr_name="expires")
    mail_failure = UnicodeAttribute(null=True, attr_name="failure")
    forecast = UnicodeAttribute(null=True, attr_name="dmarc")
    exact = UnicodeAttribute(null=True)
    exact_round = NumberAttribute(null=True)
    lapsed = BooleanAttribute(null=True)
    domain_name = UnicodeAttribute(attr_name="domain")
    shown_domain_name = UnicodeAttribute(null=True, attr_name="shown_domain")
    domain_created_at = Instant(attr_name="domain_created")
    domain_updated_at = Instant(attr_name="domain_updated")
    created_at = Instant(attr_name="created")
    updated_at = Instant(attr_name="updated")
    number = NumberAttribute(null=True)
    expired_generation = NumberAttribute(null=True, attr_name="expired_gen")
    watch_slot = UnicodeAttribute(null=True)
    watch_key = UnicodeAttribute(null=True)

    by_id = IdentitiesById()
    by_domain = IdentitiesByDomain()
    by_watch = IdentitiesByWatch()


def identity_item(identity: SenderIdentity) -> IdentityItem:
    email, reply_to, domain = identity.email, identity.reply_to_email, identity.domain
    domain_key = f"{domain.domain_id}#{identity.identity_id}"
    watch_slot = _watch_slot(identity)
    return IdentityItem(
        account_id=identity.account_id,
        email=email.key,
        identity_id=identity.identity_id,
        domain_key=domain_key,
        shown_email=email.shown if email.shown != email.key else None,
        name=identity.name,
        reply_to_email=reply_to and reply_to.deliverable,
        shown_reply_to=reply_to.shown if reply_to and reply_to.shown != reply_to.deliverable else None,
        reply_to_name=identity.reply_to_name,
        add_note=identity.add_note,
        personal_note=identity.personal_note,
        from_mode=identity.from_mode.value,
        status=identity.status.value,
        decided_at=identity.decided_at,
        generation=identity.generation,
        resends=identity.resends,
        resent_on=identity.resent_on,
        resent_today=identity.resent_today or None,
        mailed_generation=identity.mailed_generation,
        mailed_at=identity.mailed_at,
        expires_at=identity.expires_at,
        mail_failure=identity.mail_failure and identity.mail_failure.value,
        forecast=identity.forecast and forecast_text(identity.forecast),
        exact=identity.exact and identity.exact.value,
        exact_round=identity.exact_round or None,
        lapsed=identity.lapsed or None,
        domain_name=domain.name,
        shown_domain_name=domain.shown_name if domain.shown_name != domain.name else None,
        domain_created_at=domain.created_at,
        domain_updated_at=domain.updated_at,
        created_at=identity.created_at,
        updated_at=identity.updated_at,
        expired_generation=identity.expired_generation or None,
        watch_slot=watch_slot,
        watch_key=watch_slot and domain_key,
    )


def identity_of(item: IdentityItem) -> SenderIdentity:
    return SenderIdentity(
        account_id=item.account_id,
        identity_id=item.identity_id,
        email=_address(item.email, item.shown_email),
        name=item.name,
        domain=IdentityDomain(
            domain_id=item.domain_key.partition("#")[0],
            name=item.domain_name,
            shown_name=item.shown_domain_name or item.domain_name,
            created_at=item.domain_created_at,
            updated_at=item.domain_updated_at,
        ),
        created_at=item.created_at,
        updated_at=item.updated_at,
        reply_to_email=_address(item.reply_to_email, item.shown_reply_to) if item.reply_to_email else None,
        reply_to_name=item.reply_to_name,
        add_note=item.add_note,
        personal_note=item.personal_note,
        from_mode=FromMode(item.from_mode),
        status=IdentityStatus(item.status),
        decided_at=item.decided_at,
        generation=int(item.generation),
        resends=int(item.resends),
        resent_on=item.resent_on,
        resent_today=int(item.resent_today or 0),
        mailed_generation=int(item.mailed_generation),
        mailed_at=item.mailed_at,
        expires_at=item.expires_at,
        mail_failure=MailFailure(item.mail_failure) if item.mail_failure else None,
        forecast=forecast_of(item.forecast, item.email.rpartition("@")[2]) if item.forecast else None,
        exact=ExactState(item.exact) if item.exact else None,
        exact_round=int(item.exact_round or 0),
        lapsed=bool(item.lapsed),
        expired_generation=int(item.expired_generation or 0),
    )


def _watch_slot(identity: SenderIdentity) -> str | None:
    from letterhead.adapters.tables.watch_slots import (
        ASKED_SLOT,
        well_slot,
    )  # only who writes needs the rules
    from letterhead.identities.watch import daily_slot, is_asked

    if is_asked(identity):
        return ASKED_SLOT
    slot = daily_slot(identity)
    return None if slot is None else well_slot(slot)


def _address(kept: str, shown: str | None) -> EmailAddress:
    local, _, shown_domain = (shown or kept).rpartition("@")
    return EmailAddress(local, kept.rpartition("@")[2], shown_domain)
