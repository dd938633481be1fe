"""The public pages behind a confirmation link: GET shows, only the form's POST decides."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.dialects.people import confirmation_page as pages
from letterhead.dialects.reply import Reply
from letterhead.http.api import Api
from letterhead.http.request import PublicRequest
from letterhead.identities.confirmation import Opened, look, press
from letterhead.settings import Settings

settings = Settings.from_env()
identities = IdentityTable(settings.identities_table)
links = ConfirmationTable(settings.confirmations_table)
accounts = AccountTable(settings.accounts_table)


def show(request: PublicRequest) -> Reply:
    token = request.parameters["link"]
    opened = look(token, links=links, identities=identities, now=request.now)
    return pages.opened_page(opened, asker=_asker(opened), token=token, now=request.now)


def decide(request: PublicRequest) -> Reply:
    token = request.parameters["link"]
    decision, visit = pages.read_press(request.body)
    pressed = press(token, decision, visit, links=links, identities=identities, now=request.now)
    return pages.pressed_page(pressed, asker=_asker(pressed.opened), token=token, now=request.now)


def _asker(opened: Opened) -> str:
    account = accounts.by_id(opened.identity.account_id) if opened.identity else None
    return account.name if account else ""


handler = Api(
    "confirmations",
    {"confirmations.show": show, "confirmations.decide": decide},
    logger=Logger(service="confirmations"),
)
