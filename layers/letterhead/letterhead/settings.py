"""What a function is told by its environment; the only reader of `os.environ`.

template.yaml sets every variable. A function that asks for one that isn't set fails at its cold start and names it.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

_EMULATORS_ACCOUNT = "000000000000"


class MissingSettingError(LookupError):
    """The environment lacks a variable; the message names it."""


@value_type
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
    def metrics_namespace(self) -> str:
        """The namespace of this deployment's metrics in CloudWatch."""
        return self._required("METRICS_NAMESPACE")

    @property
    def accounts_table(self) -> str:
        """The accounts table's name."""
        return self._required("ACCOUNTS_TABLE")

    @property
    def tokens_table(self) -> str:
        """The tokens table's name."""
        return self._required("TOKENS_TABLE")

    @property
    def account_tokens_table(self) -> str:
        """The account tokens table's name."""
        return self._required("ACCOUNT_TOKENS_TABLE")

    @property
    def domains_table(self) -> str:
        """The domains table's name."""
        return self._required("DOMAINS_TABLE")

    @property
    def claims_table(self) -> str:
        """The claims table's name."""
        return self._required("CLAIMS_TABLE")

    @property
    def checks_table(self) -> str:
        """The table of the domains' checks, by name."""
        return self._required("CHECKS_TABLE")

    @property
    def limits_table(self) -> str:
        """The limits table's name."""
        return self._required("LIMITS_TABLE")

    @property
    def idempotency_table(self) -> str:
        """The idempotency table's name."""
        return self._required("IDEMPOTENCY_TABLE")

    @property
    def access_log_table(self) -> str:
        """The access log table's name."""
        return self._required("ACCESS_LOG_TABLE")

    @property
    def limits(self) -> tuple[int, int, int]:
        """Requests a minute of a token, of all tokens of an account, and mails a day; an account's own go before the last two."""
        requests = self._whole("TOKEN_REQUESTS_PER_MINUTE"), self._whole("ACCOUNT_REQUESTS_PER_MINUTE")
        return *requests, self._whole("SENDS_PER_DAY")

    @property
    def identities_table(self) -> str:
        """The identities table's name."""
        return self._required("IDENTITIES_TABLE")

    @property
    def confirmations_table(self) -> str:
        """The confirmations table's name."""
        return self._required("CONFIRMATIONS_TABLE")

    @property
    def identity_settings_table(self) -> str:
        """The identity settings table's name."""
        return self._required("IDENTITY_SETTINGS_TABLE")

    @property
    def suppressions_table(self) -> str:
        """The suppressions table's name."""
        return self._required("SUPPRESSIONS_TABLE")

    @property
    def activity_table(self) -> str:
        """The activity table's name."""
        return self._required("ACTIVITY_TABLE")

    @property
    def activity_days(self) -> int:
        """For how many days activity is kept."""
        return self._whole("ACTIVITY_DAYS")

    @property
    def activity_kept(self) -> timedelta:
        """The same as a time."""
        return timedelta(days=self.activity_days)

    @property
    def counts_table(self) -> str:
        """The table of the domains' daily counts, by name."""
        return self._required("COUNTS_TABLE")

    @property
    def recipients_table(self) -> str:
        """The recipients table's name."""
        return self._required("RECIPIENTS_TABLE")

    @property
    def stray_events_table(self) -> str:
        """The table of events that nobody's message belongs to, by name."""
        return self._required("STRAY_EVENTS_TABLE")

    @property
    def reputation_limits(self) -> tuple[float, float, float, float, int]:
        """The percentages of bounces that warn and pause, those of complaints, and how much mail they have to be a share of."""
        return (
            float(self._required("BOUNCE_WARNING_PERCENT")),
            float(self._required("BOUNCE_PAUSE_PERCENT")),
            float(self._required("COMPLAINT_WARNING_PERCENT")),
            float(self._required("COMPLAINT_PAUSE_PERCENT")),
            self._whole("REPUTATION_VOLUME"),
        )

    @property
    def jobs_table(self) -> str:
        """The jobs table's name."""
        return self._required("JOBS_TABLE")

    @property
    def jobs_queue_url(self) -> str:
        """The queue of jobs that somebody has to go on with."""
        return self._required("JOBS_QUEUE_URL")

    @property
    def shared_sender(self) -> str | None:
        """The operator's own address, from which what no account's domain can send goes out; None where there is none."""
        return self.environment.get("SHARED_SENDER") or None

    @property
    def sandbox_domain(self) -> str | None:
        """The operator's domain below which every account has a name; None where there is none."""
        return self.environment.get("SANDBOX_DOMAIN", "").lower().rstrip(".") or None

    @property
    def operators_own(self) -> tuple[str | None, str | None]:
        """The two of them."""
        return self.shared_sender, self.sandbox_domain

    @property
    def mail_events_queue_url(self) -> str:
        """The queue of what SES says became of mails."""
        return self._required("MAIL_EVENTS_QUEUE_URL")

    @property
    def job_lasts(self) -> timedelta:
        """How long a job is worked on before others have their turn."""
        return timedelta(seconds=float(self._required("JOB_SECONDS")))

    @property
    def sending_environments(self) -> int:
        """How many environments of the sending function there are at most."""
        return self._whole("SENDING_ENVIRONMENTS")

    @property
    def messages_table(self) -> str:
        """The messages table's name."""
        return self._required("MESSAGES_TABLE")

    @property
    def mail_tables(self) -> Mapping[str, str]:
        """The tables of what accounts have for their mail, and of what has become of that, by what is in them."""
        return {
            "messages": self.messages_table,
            "bulks": self.bulks_table,
            "templates": self.templates_table,
            "sandbox": self.sandbox_table,
            "suppressions": self.suppressions_table,
            "jobs": self.jobs_table,
            "activity": self.activity_table,
            "counts": self.counts_table,
            "recipients": self.recipients_table,
        }

    @property
    def bulks_table(self) -> str:
        """The bulks table's name."""
        return self._required("BULKS_TABLE")

    @property
    def contents_bucket(self) -> str:
        """The bucket of the contents of large messages, by name."""
        return self._required("CONTENTS_BUCKET")

    @property
    def message_queue_url(self) -> str:
        """The queue of messages that are to leave."""
        return self._required("MESSAGE_QUEUE_URL")

    @property
    def templates_table(self) -> str:
        """The templates table's name."""
        return self._required("TEMPLATES_TABLE")

    @property
    def outbox_table(self) -> str:
        """The outbox table's name."""
        return self._required("OUTBOX_TABLE")

    @property
    def endpoints_table(self) -> str:
        """The table of webhooks' endpoints, by name."""
        return self._required("ENDPOINTS_TABLE")

    @property
    def delivery_tables(self) -> tuple[str, str, str]:
        """The tables of webhooks' deliveries, of those that wait, and of the circuits, by name."""
        deliveries, waiting = self._required("DELIVERIES_TABLE"), self._required("WAITING_DELIVERIES_TABLE")
        return deliveries, waiting, self._required("CIRCUITS_TABLE")

    @property
    def webhook_event_queue_url(self) -> str:
        """The queue of events that somebody may want to be told of."""
        return self._required("WEBHOOK_EVENT_QUEUE_URL")

    @property
    def webhook_job_queue_url(self) -> str:
        """The queue of attempts that are due."""
        return self._required("WEBHOOK_JOB_QUEUE_URL")

    @property
    def longest_queue_delay(self) -> timedelta:
        """How long a queue may keep an attempt back: SQS's most, but in the local cloud, where tests look days ahead."""
        return timedelta(seconds=15) if self.emulated else timedelta(minutes=15)

    @property
    def webhook_key(self) -> str:
        """The KMS key under which webhooks' secrets are encrypted."""
        return self._required("WEBHOOK_KEY")

    @property
    def mail_queue_url(self) -> str:
        """The queue of outgoing mail."""
        return self._required("MAIL_QUEUE_URL")

    @property
    def completion_queue_url(self) -> str:
        """The queue of domains whose registration or deletion stopped half-way."""
        return self._required("COMPLETION_QUEUE_URL")

    @property
    def look_queue_url(self) -> str:
        """The queue of domains that are to be looked at again."""
        return self._required("LOOK_QUEUE_URL")

    @property
    def sweeps_table(self) -> str:
        """The table that says how far the sweeps have come."""
        return self._required("SWEEPS_TABLE")

    @property
    def ses_calls_per_second(self) -> float:
        """How many calls about identities SES takes a second."""
        return float(self._required("SES_CALLS_PER_SECOND"))

    @property
    def rhythm(self) -> dict[str, timedelta]:
        """When domains are looked at again, by the names of the rhythm's steps."""
        return {
            "sweep": timedelta(minutes=self._whole("SWEEP_MINUTES")),
            "verified": timedelta(hours=self._whole("VERIFIED_HOURS")),
            "second_look": timedelta(minutes=self._whole("SECOND_LOOK_MINUTES")),
            "pending_lasts": timedelta(days=self._whole("PENDING_DAYS")),
            "failed_lasts": timedelta(days=self._whole("FAILED_DAYS")),
        }

    @property
    def owner_notices(self) -> dict[str, Any]:
        """How accounts' owners are told by mail, by the names of the rules."""
        return {
            "shared_sender": self.shared_sender,
            "about_domains": self._required("OWNER_MAILS") == "true",
            "digest_after": timedelta(seconds=self._whole("DIGEST_SECONDS")),
        }

    @property
    def link_key_secret(self) -> str:
        """The secret that holds the key of confirmation links, by its ARN."""
        return self._required("LINK_KEY_SECRET")

    @property
    def confirmations_per_address(self) -> int:
        """How many confirmation mails one address gets a day, whoever asks."""
        return self._whole("CONFIRMATIONS_PER_ADDRESS")

    @property
    def public_url(self) -> str:
        """Where people reach the confirmation pages, without a slash at the end."""
        return self._required("PUBLIC_URL").rstrip("/")

    @property
    def own_host(self) -> str | None:
        """The host that aliases of customers' link hosts lead to: the parameter for it, else the public URL's, if one is set."""
        named = self.environment.get("LINK_HOST_TARGET") or self.environment.get("PUBLIC_URL", "")
        return _host(named) or None

    @property
    def link_port(self) -> int:
        """The port where link hosts are served: https's own, but in the local cloud."""
        return int(self.environment.get("LOCAL_TLS_PORT") or 443) if self.emulated else 443

    @property
    def deployment(self) -> str:
        """What tells this deployment from every other: its stack's id."""
        return self._required("DEPLOYMENT")

    @property
    def configuration_set(self) -> str:
        """The SES configuration set that new identities get and that every mail names."""
        return self._required("CONFIGURATION_SET")

    @property
    def ses_identities_arn(self) -> str:
        """What the ARN of an SES identity begins with, up to its name."""
        return self._required("SES_IDENTITIES_ARN")

    @property
    def warm_up(self) -> tuple[int, int]:
        """How many mails a new domain may send on its first day, 0 where none warms up; and how many make an end of it."""
        return self._whole("WARM_UP_ALLOWANCE"), self._whole("SENDS_PER_DAY")

    @property
    def sandbox_table(self) -> str:
        """The sandbox table's name."""
        return self._required("SANDBOX_TABLE")

    @property
    def operator_hosts(self) -> frozenset[str]:
        """The operator's own hosts, given as names or URLs with commas between them."""
        return frozenset(filter(None, map(_host, self.environment.get("OPERATOR_HOSTS", "").split(","))))

    @property
    def dmarc_report_address(self) -> str:
        """The operator's address for DMARC reports on customers' domains; empty where each domain has its own."""
        return self.environment.get("DMARC_REPORT_ADDRESS", "")

    @property
    def emulated(self) -> bool:
        """Whether this is the local cloud. The emulator's account id says so, which no parameter can set."""
        return self._required("ACCOUNT_ID") == _EMULATORS_ACCOUNT

    @property
    def dns_resolvers(self) -> tuple[tuple[str, int], ...]:
        """The recursive resolvers to ask, as (address, port); empty for the system's own."""
        return tuple(map(_address, filter(str.strip, self.environment.get("DNS_RESOLVERS", "").split(","))))

    @property
    def dns_authority_port(self) -> int:
        """The port of the zones' own servers: 53, but in the local cloud, where one nameserver plays all of them."""
        return self.dns_resolvers[0][1] if self.emulated and self.dns_resolvers else 53

    @property
    def dns(self) -> Mapping[str, Any]:
        """How DNS is asked: the arguments of a look-up."""
        return {
            "resolvers": self.dns_resolvers,
            "authoritative_port": self.dns_authority_port,
            "allow_loopback": self.emulated,
        }

    @property
    def outbound_ports(self) -> frozenset[int]:
        """The ports of customers' hosts that we connect to."""
        named = self.environment.get("OUTBOUND_PORTS", "443").split(",")
        return frozenset(map(int, filter(str.strip, named)))

    @property
    def outbound_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks whose hosts customers may name, beside all of the public internet."""
        from ipaddress import ip_network

        parts = self.environment.get("OUTBOUND_PRIVATE_NETWORKS", "").split(",")
        return tuple(ip_network(part.strip(), strict=False) for part in parts if part.strip())

    @property
    def outbound(self) -> tuple[frozenset[int], tuple[IPv4Network | IPv6Network, ...], bool, str | None]:
        """What requests to customers' hosts keep within: ports, private networks, whether loopback is open, the local CA."""
        return self.outbound_ports, self.outbound_networks, self.emulated, self.local_authorities

    @property
    def local_authorities(self) -> str | None:
        """The file with the local cloud's certificate authority; nowhere else is any trusted but the system's."""
        return (self.environment.get("LOCAL_CA_FILE") or None) if self.emulated else None

    def _whole(self, name: str) -> int:
        return int(float(self._required(name)))  # to CloudFormation `1.5` and `5e4` are numbers, too

    def _required(self, name: str) -> str:
        if value := self.environment.get(name):
            return value
        raise MissingSettingError(f"the environment variable {name} is not set")


def _host(text: str) -> str:
    """`app.example.com`, or the host of `https://app.example.com:8443/path`."""
    text = text.strip().lower()
    return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".")


def _address(text: str) -> tuple[str, int]:
    """`192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`."""
    bracketed, _, port = (text := text.strip()).removeprefix("[").partition("]:")
    if port:
        return bracketed, int(port)
    host, _, port = text.strip("[]").partition(":")
    return (text.strip("[]"), 53) if not port or ":" in port else (host, int(port))
