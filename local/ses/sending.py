"""SendEmail: who may send From this address, what the mail becomes, and what is published about it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import aiohttp

from local.mailbox import Mailbox
from local.ses.composing import with_ses_headers
from local.ses.draft import Draft, read_draft
from local.ses.emulator_calls import ConfigurationSet, EmulatorCallError, EmulatorCalls, Incoming
from local.ses.errors import SesError, message_rejected, not_found
from local.ses.events import SNS_SUBJECT, SentMail, events_of
from local.ses.headers import header_values
from local.ses.identities import Identities
from local.ses.identity import Identity, Status
from local.ses.permission import Permission, caller_of

_log = logging.getLogger(__name__)

_DAY = timedelta(hours=24)
_ACCOUNT = {
    "DedicatedIpAutoWarmupEnabled": False,
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    "VdmAttributes": {"VdmEnabled": "DISABLED"},
    "PricingAttributes": {"CurrentPlan": "NONE", "NextPlan": "NONE"},
}
_MAX_24_HOUR_SEND = 1_000_000.0
_MAX_SEND_RATE = 500.0


class Sending:
    """The send call and the account's sending figures."""

    def __init__(
        self,
        *,
        identities: Identities,
        mailbox: Mailbox,
        emulator: EmulatorCalls | None,
        permission: Permission,
        region: str,
        account_id: str,
        clock: Callable[[], datetime],
        new_uuid: Callable[[], UUID],
    ) -> None:
        self._identities = identities
        self._mailbox = mailbox
        self._emulator = emulator
        self._permission = permission
        self._region = region
        self._account_id = account_id
        self._clock = clock
        self._new_uuid = new_uuid
        self._message_id_domain = f"{'email' if region == 'us-east-1' else region}.amazonses.com"
        self._sent: deque[tuple[datetime, int]] = deque()
        self._publishing: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Wait until what was sent is published."""
        await asyncio.gather(*self._publishing)

    async def send_email(self, asked: Mapping[str, Any], incoming: Incoming) -> dict[str, Any]:
        """Accept one mail into the mailbox and publish what becomes of it; SesError as SES refuses."""
        draft = read_draft(asked)
        allowing = {sender: await self._identities.may_send_as(sender) for sender in draft.senders}
        verified = [identity for identity in allowing.values() if identity is not None]
        defaults = [identity.configuration_set for identity in verified if identity.configuration_set]
        set_name = draft.configuration_set or next(iter(defaults), None)
        identity_arns = [
            self._identities.arn(one.name if one else sender) for sender, one in allowing.items()
        ]
        await self._check_permission(incoming, draft, identity_arns, set_name)

        unverified = [sender for sender, identity in allowing.items() if identity is None]
        if unverified:
            raise message_rejected(
                "Email address is not verified. The following identities failed the check in region"
                f" {self._region.upper()}: {', '.join(unverified)}"
            )
        configuration_set = await self._configuration_set(set_name)
        return_path_domain = await self._return_path_domain(verified[0])

        now = self._clock()
        message_id = f"{round(now.timestamp() * 1000):016x}-{self._new_uuid()}-000000"
        raw = with_ses_headers(draft.raw, f"{message_id}@{self._message_id_domain}", now)
        rejected = draft.has_virus
        if not rejected:
            self._mailbox.add(raw, f"{message_id}@{return_path_domain}", list(draft.recipients))
        self._sent.append((now, len(draft.recipients)))
        if self._emulator is not None and configuration_set is not None:
            mail = SentMail(
                message_id=message_id,
                sent_at=now,
                source=header_values(draft.message, "From")[0],
                source_arn=identity_arns[0],
                account_id=self._account_id,
                destination=draft.recipients,
                message=message_from_bytes(raw, policy=policy.default),
                tags={**draft.tags, **_automatic_tags(draft, set_name, incoming)},
            )
            task = asyncio.create_task(self._publish(self._emulator, mail, rejected, configuration_set))
            self._publishing.add(task)
            task.add_done_callback(self._publishing.discard)
        return {"MessageId": message_id}

    async def get_account(self) -> dict[str, Any]:
        """An account out of the sandbox with quotas that tests don't meet."""
        horizon = self._clock() - _DAY
        while self._sent and self._sent[0][0] < horizon:
            self._sent.popleft()
        quota = {
            "Max24HourSend": _MAX_24_HOUR_SEND,
            "MaxSendRate": _MAX_SEND_RATE,
            "SentLast24Hours": float(sum(recipients for _, recipients in self._sent)),
        }
        return _ACCOUNT | {"SendQuota": quota}

    async def _check_permission(
        self, incoming: Incoming, draft: Draft, identity_arns: Sequence[str], set_name: str | None
    ) -> None:
        """IAM's view of a send: the identity of every From, and the configuration set, are resources of it."""
        # SES asks for ses:SendRawEmail when the content of a v2 SendEmail is raw.
        action = "ses:SendRawEmail" if draft.is_raw else "ses:SendEmail"
        set_arn = f"arn:aws:ses:{self._region}:{self._account_id}:configuration-set/{set_name}"
        resources = [*identity_arns, *([set_arn] if set_name is not None else [])]
        await self._permission.check_action(incoming, action, resources)

    async def _configuration_set(self, name: str | None) -> ConfigurationSet | None:
        if name is None or self._emulator is None:
            return None
        found = await self._emulator.configuration_set(name)
        if found is None:
            raise not_found(f"Configuration set <{name}> does not exist.")
        if not found.sending_enabled:
            raise SesError("SendingPausedException", f"Sending is paused for configuration set {name}.")
        return found

    async def _return_path_domain(self, identity: Identity) -> str:
        """The domain of the envelope sender: the identity's own MAIL FROM when it is verified, else SES's."""
        mail_from = await self._identities.mail_from_of(identity)
        if mail_from is not None and mail_from.verification.status is Status.SUCCESS:
            return mail_from.domain
        if mail_from is not None and mail_from.behavior == "REJECT_MESSAGE":
            raise SesError(
                "MailFromDomainNotVerifiedException",
                f"The custom MAIL FROM domain {mail_from.domain} of {identity.name} is not verified.",
            )
        return "amazonses.com" if self._region == "us-east-1" else f"{self._region}.amazonses.com"

    async def _publish(
        self, emulator: EmulatorCalls, mail: SentMail, rejected: bool, configuration_set: ConfigurationSet
    ) -> None:
        for event_type, event in events_of(mail, rejected, self._clock()):
            for destination in configuration_set.destinations:
                if event_type in destination.event_types:
                    try:
                        await emulator.publish(destination.topic_arn, json.dumps(event), SNS_SUBJECT)
                    except (EmulatorCallError, aiohttp.ClientError, TimeoutError):
                        _log.exception("the %s event of %s was not published", event_type, mail.message_id)


def _automatic_tags(draft: Draft, set_name: str | None, incoming: Incoming) -> dict[str, Sequence[str]]:
    """The tags that SES adds to every mail."""
    caller = caller_of(incoming)
    return {
        "ses:operation": ["SendEmail"],
        "ses:configuration-set": [set_name or ""],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [draft.senders[0].rpartition("@")[2]],
        "ses:caller-identity": [caller.function or caller.access_key_id],
        "ses:outgoing-ip": ["127.0.0.1"],
    }
