"""The From and Reply-To that an identity's mail carries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from letterhead.identities.identity import FromMode, SenderIdentity

if TYPE_CHECKING:
    from letterhead.identities.addresses import EmailAddress

LONGEST_LOCAL_PART = 64  # octets; RFC 5321 section 4.5.3.1.1
_DIGEST_LENGTH = 10


def aligned_address(email: EmailAddress, domain: str) -> str:
    """The address on the sending domain (in A-labels) that stands for an identity's own.

    `amy@bookshelf.com` under `web-agency.com` becomes `amy.bookshelf-com@web-agency.com`, so that DMARC finds the From domain
    aligned with the domain that signs (RFC 9989). A local part beyond 64 octets is cut and gets a digest of the
    whole, and one beyond ASCII is a digest and the domain, for Amazon SES takes ASCII only.
    """
    site = email.domain.replace(".", "-")
    local = email.local.casefold()
    if not local.isascii():
        local = _digest(local)
    whole = f"{local}.{site}"
    if len(whole) > LONGEST_LOCAL_PART:
        kept = whole[: LONGEST_LOCAL_PART - _DIGEST_LENGTH - 1].rstrip(".-")
        whole = f"{kept}-{_digest(whole)}"
    return f"{whole}@{domain}"


def from_mailbox(identity: SenderIdentity) -> str:
    """The From header of the identity's mail, as people read it."""
    return mailbox(identity.name, from_address(identity))


def from_address(identity: SenderIdentity) -> str:
    """The address in that header, as mail servers want it."""
    if identity.from_mode is FromMode.EXACT:
        return identity.email.deliverable
    return aligned_address(identity.email, identity.domain.name)


def reply_to_mailbox(identity: SenderIdentity) -> str:
    """The Reply-To header of the identity's mail: where it names none of its own, the identity's address."""
    if identity.reply_to_email is None:
        return mailbox(identity.name, identity.email.deliverable)
    return mailbox(identity.reply_to_name, identity.reply_to_email.deliverable)


def mailbox(name: str | None, address: str) -> str:
    """A name and an address as RFC 5322 section 3.4 writes them, the name quoted."""
    if not name:
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
