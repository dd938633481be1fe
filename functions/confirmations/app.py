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
from letterhead.http.api import Api
from letterhead.http.confirmation_calls import ConfirmationCalls
from letterhead.settings import Settings

settings = Settings.from_env()
calls = ConfirmationCalls(
    links=ConfirmationTable(settings.confirmations_table),
    identities=IdentityDecisionTable(
        IdentityTable(settings.identities_table), OutboxTable(settings.outbox_table)
    ),
    accounts=AccountTable(settings.accounts_table),
    settings=IdentitySettingsTable(settings.identity_settings_table),
    new_id=identifiers.new_id,
    deployment=settings.deployment,
)
handler = Api("confirmations", calls.operations, logger=Logger(service="confirmations"))
