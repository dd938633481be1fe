"""The identities table: one item an identity under (account, address), found by id and by domain through local indexes.

The address as sort key makes it unique in its account. The indexes are local, not global, so that they can be read strongly
consistent: what was just made is found by its id. Attributes have short names and times are numbers, because a list pays for
each byte of its items. Two more kinds of items count: `#count` an account's identities, `#count#<domain id>` a domain's; no
address looks like them, and they are in no index.
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.transactions import TransactWrite

from letterhead import identifiers
from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import (
    AddressTakenError,
    FromMode,
    IdentityChangedError,
    IdentityDomain,
    IdentityStatus,
    MailFailure,
    SenderIdentity,
)
from letterhead.identities.pages import IdentityPage, PageRequest

_COUNT = "#count"


class _ById(LocalSecondaryIndex["IdentityItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_id"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    identity_id = UnicodeAttribute(range_key=True)


class _ByDomain(LocalSecondaryIndex["IdentityItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_domain"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    domain_key = UnicodeAttribute(range_key=True)


class IdentityItem(TableModel):
    """An identity as an item, or a count, which has `number` only. `domain_key` is `<domain id>#<identity id>`."""

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
    mailed_generation = NumberAttribute(attr_name="mailed_gen")
    mailed_at = Instant(null=True, attr_name="mailed")
    expires_at = Instant(null=True, attr_name="expires")
    mail_failure = UnicodeAttribute(null=True, attr_name="failure")
    domain_name = UnicodeAttribute(attr_name="domain")
    shown_domain_name = UnicodeAttribute(null=True, attr_name="shown_domain")
    domain_created_at = Instant(attr_name="domain_created")
    domain_updated_at = Instant(attr_name="domain_updated")
    created_at = Instant(attr_name="created")
    updated_at = Instant(attr_name="updated")
    number = NumberAttribute(null=True)

    by_id = _ById()
    by_domain = _ByDomain()


class IdentityTable:
    """Where sender identities are kept."""

    def __init__(self, table_name: str) -> None:
        IdentityItem.bind(table_name)

    def add(self, identity: SenderIdentity) -> None:
        """Store a new identity and count it; raises `AddressTakenError` when the account has one of that address."""

        def write(transaction: TransactWrite) -> None:
            transaction.save(_item(identity), condition=IdentityItem.email.does_not_exist())
            for sort_key in _counts_of(identity):
                count = IdentityItem(account_id=identity.account_id, email=sort_key)
                transaction.update(count, actions=[IdentityItem.number.add(1)])

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            raise AddressTakenError from failure

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None.

        Half the price for what is there; what seems not to be there is looked for once more, strongly consistent, for it may
        have been made this very moment.
        """
        return _query_one(account_id, identity_id, consistent=False) or self.by_id_now(
            account_id, identity_id
        )

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id as it is now (strongly consistent), or None."""
        return _query_one(account_id, identity_id, consistent=True)

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        """A page, newest first.

        It costs one Query for the first page and for any page whose `after` is known; else page N costs N pages, and one
        behind the last costs nothing but the count.
        """
        total = _count(account_id, request.domain_id)
        start = (request.number - 1) * request.size
        if start >= total:
            return IdentityPage(request, (), total)
        skipped = 0 if request.after is not None else start
        found = _newest_first(account_id, request, skipped + request.size)
        return IdentityPage(request, tuple(_identity(item) for item in found[skipped:]), total)

    def decide(self, identity: SenderIdentity, status: IdentityStatus, now: datetime) -> SenderIdentity:
        """Store the owner's decision, if the identity is still pending and of the same generation.

        Raises `IdentityChangedError` otherwise.
        """
        return _update(
            identity,
            [
                IdentityItem.status.set(status.value),
                IdentityItem.decided_at.set(now),
                IdentityItem.updated_at.set(now),
            ],
            IdentityItem.status == IdentityStatus.PENDING.value,
        )

    def note_mailed(self, identity: SenderIdentity, *, mailed_at: datetime, expires_at: datetime) -> None:
        """Note that this generation's mail has left; nothing when the generation has grown meanwhile."""
        _note(
            identity,
            [
                IdentityItem.mailed_generation.set(identity.generation),
                IdentityItem.mailed_at.set(mailed_at),
                IdentityItem.expires_at.set(expires_at),
                IdentityItem.mail_failure.remove(),
            ],
        )

    def note_failure(self, identity: SenderIdentity, failure: MailFailure) -> None:
        """Note why this generation's mail hasn't left; nothing when the generation has grown meanwhile."""
        if identity.mail_failure is not failure:
            _note(identity, [IdentityItem.mail_failure.set(failure.value)])


def _query_one(account_id: str, identity_id: str, *, consistent: bool) -> SenderIdentity | None:
    found = IdentityItem.by_id.query(
        account_id, IdentityItem.identity_id == identity_id, consistent_read=consistent
    )
    return next((_identity(item) for item in found), None)


def _count(account_id: str, domain_id: str | None) -> int:
    try:
        item = IdentityItem.get(account_id, _COUNT if domain_id is None else f"{_COUNT}#{domain_id}")
    except IdentityItem.DoesNotExist:
        return 0
    return int(item.number or 0)


def _counts_of(identity: SenderIdentity) -> tuple[str, str]:
    return _COUNT, f"{_COUNT}#{identity.domain.domain_id}"


def _newest_first(account_id: str, request: PageRequest, limit: int) -> list[IdentityItem]:
    index, condition = _index_and_condition(request)
    return list(index.query(account_id, condition, scan_index_forward=False, limit=limit))


def _index_and_condition(request: PageRequest) -> tuple[_ById | _ByDomain, Condition | None]:
    if request.domain_id is None:
        older = None if request.after is None else IdentityItem.identity_id < request.after
        return IdentityItem.by_id, older
    prefix = f"{request.domain_id}#"
    if request.after is None:
        return IdentityItem.by_domain, IdentityItem.domain_key.startswith(prefix)
    last = prefix + identifiers.before(request.after)
    return IdentityItem.by_domain, IdentityItem.domain_key.between(prefix, last)


def _update(
    identity: SenderIdentity, actions: list[Action], condition: Condition | None = None
) -> SenderIdentity:
    unchanged = (IdentityItem.identity_id == identity.identity_id) & (
        IdentityItem.generation == identity.generation
    )
    item = IdentityItem(account_id=identity.account_id, email=identity.email.key)
    try:
        item.update(actions, condition=unchanged if condition is None else unchanged & condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise IdentityChangedError from error
        raise
    return _identity(item)


def _note(identity: SenderIdentity, actions: list[Action]) -> None:
    try:
        _update(identity, actions)
    except IdentityChangedError:
        return


def _item(identity: SenderIdentity) -> IdentityItem:
    email, reply_to, domain = identity.email, identity.reply_to_email, identity.domain
    return IdentityItem(
        account_id=identity.account_id,
        email=email.key,
        identity_id=identity.identity_id,
        domain_key=f"{domain.domain_id}#{identity.identity_id}",
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
        mailed_generation=identity.mailed_generation,
        mailed_at=identity.mailed_at,
        expires_at=identity.expires_at,
        mail_failure=identity.mail_failure and identity.mail_failure.value,
        domain_name=domain.name,
        shown_domain_name=domain.shown_name if domain.shown_name != domain.name else None,
        domain_created_at=domain.created_at,
        domain_updated_at=domain.updated_at,
        created_at=identity.created_at,
        updated_at=identity.updated_at,
    )


def _identity(item: IdentityItem) -> SenderIdentity:
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
        mailed_generation=int(item.mailed_generation),
        mailed_at=item.mailed_at,
        expires_at=item.expires_at,
        mail_failure=MailFailure(item.mail_failure) if item.mail_failure else None,
    )


def _address(kept: str, shown: str | None) -> EmailAddress:
    local, _, shown_domain = (shown or kept).rpartition("@")
    return EmailAddress(local, kept.rpartition("@")[2], shown_domain)
