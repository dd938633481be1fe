"""Sender identities over HTTP: create, list, show."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.free_mail.providers import FreeMail
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.dialects.mailersend import identities as wire
from letterhead.dialects.reply import Reply
from letterhead.http.api import Api
from letterhead.http.request import Request
from letterhead.identities.creation import create as create_identity
from letterhead.identities.identity import IdentityNotFoundError
from letterhead.identities.pages import page_of
from letterhead.settings import Settings

settings = Settings.from_env()
store = IdentityTable(settings.identities_table)
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
rules = wire.IdentityRules(MailAddresses(), FreeMail())


def create(request: Request) -> Reply:
    identity = create_identity(
        wire.read_creation(request.json, rules),
        account_id=request.account_id,
        identity_id=identifiers.new_id(request.now),
        domains=domains,
        store=store,
        now=request.now,
    )
    return wire.created(identity, request.now)


def list_(request: Request) -> Reply:
    page = page_of(request.account_id, wire.read_list(request.query), store=store, domains=domains)
    return wire.listed(page, request.base_url, request.now)


def show(request: Request) -> Reply:
    identity = store.by_id(request.account_id, wire.read_id(request.parameters["identity"]))
    if identity is None:
        raise IdentityNotFoundError
    return wire.shown(identity, request.now)


handler = Api(
    "identities",
    {"identities.create": create, "identities.list": list_, "identities.show": show},
    logger=Logger(service="identities"),
    tokens=TokenTable(settings.tokens_table),
)
