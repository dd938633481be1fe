"""The public pages behind a confirmation link."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_decisions import IdentityDecisionTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.http.api import Api
from letterhead.http.confirmation_calls import ConfirmationCalls
from letterhead.http.consent_calls import ConsentCalls
from letterhead.http.invitation_calls import InvitationCalls
from letterhead.identities import decisions
from letterhead.sandbox import consent
from letterhead.settings import Settings

settings = Settings.from_env()
links, accounts = ConfirmationTable(settings.confirmations_table), AccountTable(settings.accounts_table)
identities = IdentityDecisionTable(
    IdentityTable(settings.identities_table), OutboxTable(settings.outbox_table)
)
calls = ConfirmationCalls(
    ConsentCalls(
        links=links,
        matter=decisions.consent_of(identities),
        accounts=accounts,
        new_id=identifiers.new_id,
    ),
    IdentitySettingsTable(settings.identity_settings_table),
    settings.deployment,
)
invitations = InvitationCalls(
    ConsentCalls(
        links=links,
        matter=consent.consent_of(SandboxTable(settings.sandbox_table)),
        accounts=accounts,
        new_id=identifiers.new_id,
    )
)
operations = {**calls.operations, **invitations.operations}
handler = Api(
    "confirmations",
    operations,
    logger=Logger(service="confirmations"),
    metrics=settings.metrics_namespace,
)
