"""Sending domains over HTTP: register, list, show, verify."""

from __future__ import annotations

from types import MappingProxyType

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.domain_names import DomainNames
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.dialects.reply import Reply
from letterhead.dialects.sendara import domains as sendara
from letterhead.dialects.sendmailos import domains as sendmailos
from letterhead.domains.check import check
from letterhead.domains.domain import SendingDomain
from letterhead.domains.reference import find
from letterhead.domains.registration import register as register_domain
from letterhead.http.api import Api
from letterhead.http.request import Request
from letterhead.settings import Settings
from letterhead.tokens.dialect import Dialect

settings = Settings.from_env()
store = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
provider = SesIdentities(settings.configuration_set)
names = DomainNames()
lookup = DnsLookup(
    settings.dns_resolvers, authoritative_port=settings.dns_authority_port, allow_loopback=settings.emulated
)
WIRES = MappingProxyType({Dialect.SENDARA: sendara, Dialect.SENDMAILOS: sendmailos})


def register(request: Request) -> Reply:
    wire = WIRES[request.dialect]
    domain = register_domain(
        wire.read_registration(request.json, names),
        account_id=request.account_id,
        domain_id=identifiers.new_id(request.now),
        region=settings.region,
        store=store,
        provider=provider,
        now=request.now,
    )
    return wire.registered(domain)


def show(request: Request) -> Reply:
    return sendara.shown(_found(request))


def list_(request: Request) -> Reply:
    return WIRES[request.dialect].listed(store.of_account(request.account_id))


def verify(request: Request) -> Reply:
    return sendara.verified(
        *check(_found(request), store=store, provider=provider, lookup=lookup, now=request.now)
    )


def _found(request: Request) -> SendingDomain:
    return find(sendara.read_reference(request.parameters["domain"], names), request.account_id, store)


handler = Api(
    "domains",
    {"domains.register": register, "domains.show": show, "domains.list": list_, "domains.verify": verify},
    logger=Logger(service="domains"),
    tokens=TokenTable(settings.tokens_table),
)
