"""What a function is told by its environment; the only reader of `os.environ`.

template.yaml sets every variable. A function that asks for one that isn't set fails at its cold start and names it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class MissingSettingError(LookupError):
    """The environment lacks a variable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The environment of one function. Each property is one variable."""

    environment: Mapping[str, str]

    @classmethod
    def from_env(cls) -> Settings:
        """The settings of this process."""
        return cls(os.environ)

    @property
    def region(self) -> str:
        """The AWS region, part of some DNS records' values."""
        return self._required("AWS_REGION")

    @property
    def accounts_table(self) -> str:
        """The accounts table's name."""
        return self._required("ACCOUNTS_TABLE")

    @property
    def tokens_table(self) -> str:
        """The tokens table's name."""
        return self._required("TOKENS_TABLE")

    @property
    def domains_table(self) -> str:
        """The domains table's name."""
        return self._required("DOMAINS_TABLE")

    @property
    def claims_table(self) -> str:
        """The claims table's name."""
        return self._required("CLAIMS_TABLE")

    @property
    def identities_table(self) -> str:
        """The identities table's name."""
        return self._required("IDENTITIES_TABLE")

    @property
    def confirmations_table(self) -> str:
        """The confirmations table's name."""
        return self._required("CONFIRMATIONS_TABLE")

    @property
    def mail_queue_url(self) -> str:
        """The queue of outgoing mail."""
        return self._required("MAIL_QUEUE_URL")

    @property
    def link_key_secret(self) -> str:
        """The secret that holds the key of confirmation links, by its ARN."""
        return self._required("LINK_KEY_SECRET")

    @property
    def public_url(self) -> str:
        """Where people reach the confirmation pages, without a slash at the end."""
        return self._required("PUBLIC_URL").rstrip("/")

    @property
    def configuration_set(self) -> str:
        """The SES configuration set that new identities get and that every mail names."""
        return self._required("CONFIGURATION_SET")

    @property
    def emulated(self) -> bool:
        """Whether this is the local cloud. The template says so for the emulator's account id alone."""
        return self._required("EMULATED") == "true"

    @property
    def dns_resolvers(self) -> tuple[tuple[str, int], ...]:
        """The recursive resolvers to ask, as (address, port); empty for the system's own."""
        text = self.environment.get("DNS_RESOLVERS", "")
        return tuple(_address(part) for part in text.split(",") if part.strip())

    @property
    def dns_authority_port(self) -> int:
        """The port of the zones' own servers: 53, but in the local cloud, where one nameserver plays all of them."""
        return self.dns_resolvers[0][1] if self.emulated and self.dns_resolvers else 53

    def _required(self, name: str) -> str:
        value = self.environment.get(name)
        if not value:
            raise MissingSettingError(f"the environment variable {name} is not set")
        return value


def _address(text: str) -> tuple[str, int]:
    """`192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`."""
    text = text.strip()
    bracketed, _, port = text.removeprefix("[").partition("]:")
    if port:
        return bracketed, int(port)
    host, _, port = text.strip("[]").partition(":")
    return (text.strip("[]"), 53) if not port or ":" in port else (host, int(port))
