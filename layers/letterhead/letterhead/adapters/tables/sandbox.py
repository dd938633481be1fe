"""The sandbox table: one item an account, with all of its test recipients, so that "three at most" is one condition.

Each recipient is a map; the table's stream says which of them are to be asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from letterhead.adapters.tables.connection import TableModel
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.sandbox.recipient import Sandbox, SandboxChangedError, SandboxRecipient

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSED = "ConditionalCheckFailedException"
_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


class SandboxItem(TableModel):
    """An account's test recipients as an item."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    recipients: ListAttribute[Any] = ListAttribute()
    version = NumberAttribute()


class SandboxTable:
    """Where test recipients are kept."""

    def __init__(self, table_name: str) -> None:
        SandboxItem.bind(table_name)

    def of_account(self, account_id: str) -> Sandbox:
        """An account's, as they were lately (0.5 RRU); empty when it never had any."""
        return _read(account_id, consistent=False)

    def of_account_now(self, account_id: str) -> Sandbox:
        """The same as they are now (strongly consistent)."""
        return _read(account_id, consistent=True)

    def change(self, before: Sandbox, after: Sandbox) -> None:
        """Store `after` as the next version; raises `SandboxChangedError` when what is stored isn't `before` any more."""
        item = SandboxItem(
            before.account_id, recipients=[_map(one) for one in after.recipients], version=before.version + 1
        )
        same = (
            SandboxItem.version == before.version if before.version else SandboxItem.version.does_not_exist()
        )
        try:
            item.save(condition=same)
        except PutError as error:
            if error.cause_response_code == _REFUSED:
                raise SandboxChangedError from error
            raise

    def forget(self, account_id: str) -> None:
        """Forget an account's test recipients; forgetting them twice is once."""
        SandboxItem(account_id).delete()


def _read(account_id: str, *, consistent: bool) -> Sandbox:
    try:
        item = SandboxItem.get(account_id, consistent_read=consistent)
    except SandboxItem.DoesNotExist:
        return Sandbox(account_id)
    return Sandbox(
        account_id, tuple(_recipient(account_id, one) for one in item.recipients), int(item.version)
    )


def _map(one: SandboxRecipient) -> dict[str, object]:
    found = {
        "id": one.recipient_id,
        "local": one.email.local,
        "domain": one.email.domain,
        "shown_domain": one.email.shown_domain,
        "status": one.status.value,
        "generation": one.generation,
        "created_at": _text(one.created_at),
        "decided_at": _text(one.decided_at),
        "resent_on": one.resent_on,
        "resent_today": one.resent_today,
        "mailed_generation": one.mailed_generation,
        "expires_at": _text(one.expires_at),
        "mail_failure": one.mail_failure and one.mail_failure.value,
    }
    return {name: value for name, value in found.items() if value is not None}


def _recipient(account_id: str, found: Mapping[str, Any]) -> SandboxRecipient:
    failure = found.get("mail_failure")
    return SandboxRecipient(
        account_id=account_id,
        recipient_id=found["id"],
        email=EmailAddress(found["local"], found["domain"], found["shown_domain"]),
        created_at=_written(found["created_at"]),
        status=IdentityStatus(found["status"]),
        decided_at=_moment(found.get("decided_at")),
        generation=int(found["generation"]),
        resent_on=found.get("resent_on"),
        resent_today=int(found["resent_today"]),
        mailed_generation=int(found["mailed_generation"]),
        expires_at=_moment(found.get("expires_at")),
        mail_failure=None if failure is None else MailFailure(failure),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime(_FORM)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _written(text)


def _written(text: str) -> datetime:
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
