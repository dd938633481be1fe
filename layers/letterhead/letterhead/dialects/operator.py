"""The operator's events into acts, and what they come to into answers: plain JSON, errors as `{"error": …}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from letterhead.accounts.account import (
    Account,
    AccountChangedError,
    AccountFieldError,
    AccountNotFoundError,
)
from letterhead.accounts.closing import NotConfirmedError
from letterhead.accounts.desk import Desk
from letterhead.accounts.exporting import AT_ONCE, ExportMarkError
from letterhead.accounts.limits import AccountLimits, LimitsError
from letterhead.accounts.settings import SettingsError
from letterhead.dialects import operator_mail
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.times import in_microseconds
from letterhead.dialects.token_fields import read_extras
from letterhead.domains.domain import DomainNotFoundError
from letterhead.domains.names import DomainNameError
from letterhead.reputation.watch import NoSuchDomainError, NotPausedError
from letterhead.tokens.authentication import AccountSuspendedError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import GrantRefusedError, NewToken
from letterhead.tokens.scopes import SCOPES
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from letterhead.tokens.account_token import AccountToken
    from letterhead.webhooks.endpoint import Endpoint

_MOST_SCOPES = 100


class RefusedError(Exception):
    """An event can't be acted on; the message says why."""


def act(event: Mapping[str, object], desk: Desk, now: datetime) -> dict[str, Any]:
    """Do what an event asks for and give its answer; raises `RefusedError` for what can't be done."""
    arguments = dict(event)
    action = arguments.pop("action", None)
    if not isinstance(action, str) or action not in _ACTS:
        raise RefusedError(f"unknown action; known are {', '.join(sorted(_ACTS))}")
    known, perform = _ACTS[action]
    if unknown := sorted(arguments.keys() - known):
        raise RefusedError(f"unknown to {action}: {', '.join(unknown)}")
    try:
        return perform(Fields(arguments), desk, now)
    except InvalidFieldsError as error:
        texts = (f"{field}: {' '.join(said)}" for field, said in error.fields.items())
        raise RefusedError("; ".join(texts)) from error
    except GrantRefusedError as error:
        raise RefusedError("; ".join(f"{field}: {text}" for field, text in error.fields.items())) from error
    except DomainNameError as error:
        raise RefusedError(f"name: {error}") from error
    except AccountSuspendedError as error:
        raise RefusedError("the account is suspended") from error
    except (
        AccountFieldError,
        AccountNotFoundError,
        AccountChangedError,
        ExportMarkError,
        LimitsError,
        NoSuchDomainError,
        NotConfirmedError,
        NotPausedError,
        SettingsError,
    ) as error:
        raise RefusedError(str(error)) from error


def _create(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    name, owner_email = fields.text("name", required=True), fields.text("owner_email", required=True)
    limits = _limits(fields)
    fields.finish()
    opened = desk.create(name or "", owner_email or "", limits, now)
    tokens = {dialect.value: text for dialect, text in opened.texts.items()}
    return {"account_id": opened.account.account_id, "tokens": tokens}


def _list(fields: Fields, desk: Desk, _: datetime) -> dict[str, Any]:
    after = fields.text("after")
    fields.finish()
    page = desk.page(after)
    return {"accounts": [account_object(account) for account in page.accounts], "next": page.following}


def _show(fields: Fields, desk: Desk, _: datetime) -> dict[str, Any]:
    return account_object(desk.show(_account_id(fields)))


def _suspend(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    return account_object(desk.suspend(_account_id(fields), now))


def _resume(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    return account_object(desk.resume(_account_id(fields), now))


def _set_limits(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    given = fields.mapping("limits")
    if given is None:
        fields.wrong("limits", "must be an object")
    account_id = _account_id(fields)
    limits = AccountLimits.read({**asdict(desk.show(account_id).limits), **(given or {})})
    return account_object(desk.limit(account_id, limits, now))


def _set_settings(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    given = fields.mapping("settings")
    if given is None:
        fields.wrong("settings", "must be an object")
    return account_object(desk.settle(_account_id(fields), given or {}, now))


def _issue_token(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    given = fields.text("dialect", required=True)
    if given is not None and given not in set(Dialect):
        fields.wrong("dialect", f"must be one of {', '.join(Dialect)}")
    dialect = Dialect(given) if given in set(Dialect) else None
    scopes = fields.texts("scopes", most=_MOST_SCOPES)
    if dialect and scopes is not None and (not scopes or not set(scopes) <= SCOPES[dialect]):
        fields.wrong("scopes", f"must be some of {', '.join(sorted(SCOPES[dialect]))}")
    test_mode = fields.flag("test_mode")
    if test_mode and dialect is Dialect.MAILERSEND:
        fields.wrong("test_mode", "MailerSend has no test tokens")
    name = fields.text("name")
    extras = read_extras(fields)
    account_id = _account_id(fields)
    dialect = cast("Dialect", dialect)
    wanted = NewToken(
        name=name or "",
        scopes=SCOPES[dialect] if scopes is None else frozenset(scopes),
        test_mode=test_mode,
        expires_at=extras.expires_at,
        domain_id=extras.domain_id,
        identity_id=extras.identity_id,
        allowed_networks=extras.allowed_networks,
    )
    made = desk.issue_token(account_id, dialect, wanted, now)
    return {"account_id": account_id, "token": made.text, **token_object(made.token)}


def _export(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    after = fields.text("after")
    part = desk.export(_account_id(fields), after, now)
    items = [_plain(asdict(each)) for each in part.items]
    return {
        **account_object(part.account),
        "tokens": [token_object(token) for token in part.tokens],
        "identity_settings": part.identity_settings and _plain(asdict(part.identity_settings)),
        "test_recipients": [_plain(asdict(recipient)) for recipient in part.test_recipients],
        "webhooks": [_webhook_object(endpoint) for endpoint in part.endpoints],
        "unreadable_domains": list(part.unreadable_domains),
        **{section: items if section == part.section else [] for section in AT_ONCE},
        "next": part.following,
    }


def _delete(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    confirm = fields.text("confirm", required=True)
    account_id = _account_id(fields)
    try:
        desk.close(account_id, confirm or "", now)
    except UnavailableError as error:
        return {"account_id": account_id, "deleted": False, "again_in_seconds": error.retry_after}
    return {"account_id": account_id, "deleted": True}


def _transfer_name(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    name = fields.text("name", required=True)
    account_id = _account_id(fields)
    try:
        domain = desk.names.transfer(name or "", account_id, now)
    except DomainNotFoundError as error:
        raise RefusedError("the account hasn't registered that name: it has to do that first") from error
    except UnavailableError as error:
        return {"account_id": account_id, "transferred": False, "again_in_seconds": error.retry_after}
    return {"account_id": account_id, "domain": domain.name, "transferred": True}


def _release_name(fields: Fields, desk: Desk, now: datetime) -> dict[str, Any]:
    name = fields.text("name", required=True)
    fields.finish()
    try:
        held_by = desk.names.release(name or "", now)
    except UnavailableError as error:
        return {"released": False, "again_in_seconds": error.retry_after}
    return {"account_id": held_by, "released": True}


Act = Callable[[Fields, Desk, datetime], dict[str, Any]]
_ACTS: Mapping[str, tuple[frozenset[str], Act]] = {
    "create_account": (frozenset({"name", "owner_email", "limits"}), _create),
    "list_accounts": (frozenset({"after"}), _list),
    "show_account": (frozenset({"account_id"}), _show),
    "suspend_account": (frozenset({"account_id"}), _suspend),
    "resume_account": (frozenset({"account_id"}), _resume),
    "set_limits": (frozenset({"account_id", "limits"}), _set_limits),
    "set_settings": (frozenset({"account_id", "settings"}), _set_settings),
    "issue_token": (
        frozenset({"account_id", "dialect", "name", "scopes", "test_mode"})
        | {"expires_at", "domain_id", "identity_id", "allowed_networks"},
        _issue_token,
    ),
    "export_account": (frozenset({"account_id", "after"}), _export),
    "delete_account": (frozenset({"account_id", "confirm"}), _delete),
    "transfer_name": (frozenset({"account_id", "name"}), _transfer_name),
    "release_name": (frozenset({"name"}), _release_name),
    "list_stray_events": (frozenset({"day", "after"}), operator_mail.list_stray_events),
    "resume_sending": (frozenset({"account_id", "domain_id"}), operator_mail.resume_sending),
}


def account_object(account: Account) -> dict[str, Any]:
    """An account as the operator sees it."""
    return {
        "account_id": account.account_id,
        "name": account.name,
        "owner_email": account.owner_email,
        "created_at": in_microseconds(account.created_at),
        "suspended_at": _plain(account.suspended_at),
        "closing_at": _plain(account.closing_at),
        "limits": asdict(account.limits),
        "settings": asdict(account.settings),
    }


def token_object(token: AccountToken) -> dict[str, Any]:
    """A token as the operator sees it: nothing in it opens anything."""
    grant = token.grant
    return {
        "token_id": token.token_id,
        "dialect": token.dialect.value,
        "name": token.name,
        "preview": token.preview,
        "scopes": sorted(grant.scopes),
        "test_mode": grant.test_mode,
        "expires_at": _plain(grant.expires_at),
        "domain_id": grant.domain_id,
        "identity_id": grant.identity_id,
        "allowed_networks": list(grant.allowed_networks),
        "paused": token.paused,
        "created_at": in_microseconds(token.created_at),
    }


def _webhook_object(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint without its secrets."""
    return {name: _plain(value) for name, value in asdict(endpoint).items() if name != "sealed"}


def _account_id(fields: Fields) -> str:
    """The account that an event names, behind everything else that it says."""
    account_id = fields.text("account_id", required=True)
    fields.finish()
    return account_id or ""


def _limits(fields: Fields) -> AccountLimits:
    return AccountLimits.read(fields.mapping("limits") or {})


def _plain(value: Any) -> Any:
    """What JSON can write of a value of the concepts."""
    if isinstance(value, datetime):
        return in_microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_name(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _name(key: object) -> str:
    """A key as JSON has it: an hour and what was counted in it are one."""
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
