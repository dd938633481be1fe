"""How addresses are compared in suppressions, and the stable id of a recipient."""

from __future__ import annotations

import hashlib

LONGEST_ADDRESS = 320


def folded(address: str) -> str:
    """The address with its case gone, local part included; its domain is in A-labels already.

    The local part's case means nothing to any mailbox provider that matters, and a suppression that another spelling gets
    around would protect nobody.
    """
    local, at, domain = address.strip().rpartition("@")
    return f"{local.casefold()}{at}{domain.lower()}"


def recipient_id(account_id: str, address: str) -> str:
    """The id of an address as a recipient of an account: the same for ever, 24 hexadecimal digits as MailerSend's are."""
    return hashlib.sha256(f"{account_id}\0{folded(address)}".encode()).hexdigest()[:24]
