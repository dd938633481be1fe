"""SES's own verification of an address: the mail with a link, and the link, which verifies when it is opened."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from local.mailbox import Mailbox
from local.ses.identities import Identities
from local.ses.identity import Identity, Status, Verification

PATH = "/verify-email/"
_SENDER = "no-reply-aws@amazon.com"
_TEXT = """\
Dear Amazon Web Services customer,

somebody asked for leave to send mail from this address through Amazon SES in the region {region}:

{address}

If it was you, confirm it by opening this link, which works for 24 hours:

{link}

If it was not you, do nothing: no mail can be sent from this address then.
"""


class AddressLinks:
    """The links that are out, one live link per address: a newer one replaces it."""

    def __init__(
        self,
        identities: Identities,
        mailbox: Mailbox,
        region: str,
        clock: Callable[[], datetime],
        new_uuid: Callable[[], UUID],
    ) -> None:
        self.base_url = ""
        self._identities = identities
        self._mailbox = mailbox
        self._region = region
        self._clock = clock
        self._new_uuid = new_uuid
        self._live: dict[str, str] = {}

    def send(self, identity: Identity) -> None:
        """Mail the address its link."""
        token = self._new_uuid().hex + self._new_uuid().hex
        self._live = {known: name for known, name in self._live.items() if name != identity.name}
        self._live[token] = identity.name
        message = EmailMessage(policy=policy.SMTP)
        message["Message-ID"] = f"<{self._new_uuid()}@email.amazonses.com>"
        message["Date"] = format_datetime(self._clock())
        message["From"] = f"Amazon Web Services <{_SENDER}>"
        message["To"] = identity.name
        message["Subject"] = f"Amazon Web Services: please verify your address for region {self._region}"
        link = f"{self.base_url}{PATH}{token}"
        message.set_content(_TEXT.format(region=self._region, address=identity.name, link=link))
        self._mailbox.add(message.as_bytes(), _SENDER, [identity.name])

    def open(self, token: str) -> tuple[int, str]:
        """What opening a link does: the HTTP status and the page."""
        identity = self._identities.find(self._live.get(token, ""))
        if identity is None:
            return 404, _page(
                "This link is not known", "It was replaced by a newer one, or the address is gone."
            )
        if identity.verification.status is Status.FAILED:
            return 410, _page("This link has expired", f"Ask for a new one to verify {identity.name}.")
        if identity.verification.status is not Status.SUCCESS:
            identity.verification = Verification(Status.SUCCESS, self._clock())
        return 200, _page("The address is verified", f"Mail can now be sent from {identity.name}.")


def _page(title: str, text: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        f"<title>{html.escape(title)}</title><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></html>"
    )
