"""The domains table: one item a domain under (account, name), found by id through a local index; and the claims table.

A local index, not a global one: it can be read strongly consistent, so that what was just registered is found by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.transactions import TransactWrite

from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.connection import StoreUnavailableError, TableModel
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.domains.domain import (
    DomainExistsError,
    DomainNotFoundError,
    NameTakenError,
    Registration,
    SendingDomain,
)
from letterhead.domains.records import RecordPurpose, RecordStatus


class _ById(LocalSecondaryIndex["DomainItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_id"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    domain_id = UnicodeAttribute(range_key=True)


class DomainItem(TableModel):
    """A domain as an item. `statuses` and `metadata` are JSON, for they are only ever read whole."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    domain_id = UnicodeAttribute()
    shown_name = UnicodeAttribute()
    registrable = UnicodeAttribute()
    region = UnicodeAttribute()
    mail_from_domain = UnicodeAttribute()
    registration = UnicodeAttribute()
    dkim_tokens: ListAttribute[str] = ListAttribute()
    signing_hosted_zone = UnicodeAttribute(null=True)
    statuses = JSONAttribute()
    once_verified: ListAttribute[str] = ListAttribute()
    can_send = BooleanAttribute()
    dkim_absences = NumberAttribute()
    dkim_absent_since = Moment(null=True)
    checked_at = Moment(null=True)
    dkim_verified_at = Moment(null=True)
    external_id = UnicodeAttribute(null=True)
    metadata = JSONAttribute()
    created_at = Moment()
    updated_at = Moment()

    by_id = _ById()


class DomainTable:
    """Where domains are kept, each together with the claim on its name."""

    def __init__(self, table_name: str, claims: ClaimTable) -> None:
        DomainItem.bind(table_name)
        self._claims = claims

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name (in A-labels), or None."""
        return _strongly_if_missed(lambda consistent: _get(account_id, name, consistent))

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""
        return _strongly_if_missed(lambda consistent: _query(account_id, domain_id, consistent))

    def of_account(self, account_id: str) -> Iterator[SendingDomain]:
        """The account's domains, oldest first."""
        for item in DomainItem.by_id.query(account_id):
            yield _domain(item)

    def claim(self, domain: SendingDomain) -> None:
        """Store a new domain with the claim on its name, or neither.

        Raises `DomainExistsError` when the account has the name, `NameTakenError` when another account has it or one above
        or below it.
        """
        for _ in range(_CLAIM_ATTEMPTS):
            version = self._claims.version(domain.registrable)
            if self._claims.held_by_another(domain):
                raise NameTakenError
            try:
                write_together(lambda transaction, version=version: self._add(transaction, domain, version))  # type: ignore[misc]
            except ConditionsFailedError as failure:
                if _DOMAIN in failure.positions:
                    raise DomainExistsError from failure
                continue
            return
        raise StoreUnavailableError

    def save(self, domain: SendingDomain, *, before: SendingDomain) -> SendingDomain:
        """Store what changed since `before`; raises `DomainNotFoundError` when the domain has been deleted meanwhile."""
        actions = _changes(before, domain)
        if not actions:
            return domain
        item = DomainItem(account_id=domain.account_id, name=domain.name)
        try:
            item.update(actions, condition=DomainItem.domain_id == domain.domain_id)
        except UpdateError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise DomainNotFoundError from error
            raise
        return _domain(item)

    def release(self, domain: SendingDomain) -> None:
        """Forget a domain and the claim on its name; forgetting it twice is once."""

        def remove(transaction: TransactWrite) -> None:
            transaction.delete(_item(domain), condition=DomainItem.domain_id == domain.domain_id)
            self._claims.remove_from(transaction, domain)

        try:
            write_together(remove)
        except ConditionsFailedError:
            return

    def _add(self, transaction: TransactWrite, domain: SendingDomain, version: int) -> None:
        transaction.save(_item(domain), condition=DomainItem.name.does_not_exist())
        self._claims.add_to(transaction, domain, version)


_CLAIM_ATTEMPTS = 5
_DOMAIN = 0


def _strongly_if_missed(read: Callable[[bool], SendingDomain | None]) -> SendingDomain | None:
    # Half the price for what is there; what seems not to be there may have been registered this very moment.
    return read(False) or read(True)


def _get(account_id: str, name: str, consistent: bool) -> SendingDomain | None:
    try:
        return _domain(DomainItem.get(account_id, name, consistent_read=consistent))
    except DomainItem.DoesNotExist:
        return None


def _query(account_id: str, domain_id: str, consistent: bool) -> SendingDomain | None:
    found = DomainItem.by_id.query(account_id, DomainItem.domain_id == domain_id, consistent_read=consistent)
    return next((_domain(item) for item in found), None)


def _item(domain: SendingDomain) -> DomainItem:
    return DomainItem(
        account_id=domain.account_id,
        name=domain.name,
        domain_id=domain.domain_id,
        shown_name=domain.shown_name,
        registrable=domain.registrable,
        region=domain.region,
        mail_from_domain=domain.mail_from_domain,
        registration=domain.registration.value,
        dkim_tokens=list(domain.dkim_tokens),
        signing_hosted_zone=domain.signing_hosted_zone or None,
        statuses={purpose.value: status.value for purpose, status in domain.statuses.items()},
        once_verified=sorted(purpose.value for purpose in domain.once_verified),
        can_send=domain.can_send,
        dkim_absences=domain.dkim_absences,
        dkim_absent_since=domain.dkim_absent_since,
        checked_at=domain.checked_at,
        dkim_verified_at=domain.dkim_verified_at,
        external_id=domain.external_id,
        metadata=dict(domain.metadata),
        created_at=domain.created_at,
        updated_at=domain.updated_at,
    )


def _domain(item: DomainItem) -> SendingDomain:
    return SendingDomain(
        account_id=item.account_id,
        domain_id=item.domain_id,
        name=item.name,
        shown_name=item.shown_name,
        registrable=item.registrable,
        region=item.region,
        mail_from_domain=item.mail_from_domain,
        created_at=item.created_at,
        updated_at=item.updated_at,
        registration=Registration(item.registration),
        dkim_tokens=tuple(item.dkim_tokens),
        signing_hosted_zone=item.signing_hosted_zone or "",
        statuses={RecordPurpose(purpose): RecordStatus(status) for purpose, status in item.statuses.items()},
        once_verified=frozenset(RecordPurpose(purpose) for purpose in item.once_verified),
        can_send=item.can_send,
        dkim_absences=int(item.dkim_absences),
        dkim_absent_since=item.dkim_absent_since,
        checked_at=item.checked_at,
        dkim_verified_at=item.dkim_verified_at,
        external_id=item.external_id,
        metadata=item.metadata,
    )


_MUTABLE = (
    DomainItem.registration,
    DomainItem.dkim_tokens,
    DomainItem.signing_hosted_zone,
    DomainItem.statuses,
    DomainItem.once_verified,
    DomainItem.can_send,
    DomainItem.dkim_absences,
    DomainItem.dkim_absent_since,
    DomainItem.checked_at,
    DomainItem.dkim_verified_at,
    DomainItem.external_id,
    DomainItem.metadata,
    DomainItem.updated_at,
)


def _changes(before: SendingDomain, after: SendingDomain) -> list[Action]:
    old, new = _item(before), _item(after)
    changed: list[Action] = []
    for attribute in _MUTABLE:
        value = getattr(new, attribute.attr_name)
        if value != getattr(old, attribute.attr_name):
            changed.append(attribute.remove() if value is None else attribute.set(value))
    return changed
