"""What only the operator may do; IAM is its lock, no HTTP route leads here.

`{"action": "create_account", "name": …, "owner_email": …}` answers `{"account_id", "tokens": {dialect: text}}`: the account and
one token with all scopes for each dialect, whose texts are shown this once.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.accounts.account import open_account
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import utc_now
from letterhead.settings import Settings
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue

settings = Settings.from_env()
accounts = AccountTable(settings.accounts_table)
tokens = TokenTable(settings.tokens_table)
logger = Logger(service="operator")


def create_account(name: str, owner_email: str) -> dict[str, Any]:
    now = utc_now()
    account = open_account(identifiers.new_id(now), name, owner_email, now)
    issued = {
        dialect: issue(
            token_id=identifiers.new_id(now),
            account_id=account.account_id,
            dialect=dialect,
            name="first token",
            scopes=SCOPES[dialect],
            now=now,
        )
        for dialect in Dialect
    }
    accounts.add(account)
    for each in issued.values():
        tokens.add(each.token)
    return {
        "account_id": account.account_id,
        "tokens": {dialect.value: each.text for dialect, each in issued.items()},
    }


ACTIONS = {"create_account": create_account}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what the event asks; the answer is the action's, or `{"error": …}` for what can't be done."""
    if not_text := [key for key, value in event.items() if not isinstance(value, str)]:
        return {"error": f"must be text: {', '.join(not_text)}"}
    arguments = dict(event)
    action = arguments.pop("action", None)
    if action not in ACTIONS:
        return {"error": f"unknown action; known are {', '.join(sorted(ACTIONS))}"}
    try:
        answer = ACTIONS[action](**arguments)
    except (TypeError, ValueError) as error:
        return {"error": str(error)}
    logger.info("done", extra={"action": action, "account": answer["account_id"]})
    return answer
