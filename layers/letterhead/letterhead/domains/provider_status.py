"""What the mail provider itself says of a domain."""

from __future__ import annotations

from enum import StrEnum

from letterhead.values import value_type


class ProviderCheck(StrEnum):
    """How far the provider's own check of DKIM or of MAIL FROM is (SES API v2, DkimStatus and MailFromDomainStatus)."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    SUCCESS = "success"
    TEMPORARY_FAILURE = "temporary_failure"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider couldn't be asked


@value_type
class ProviderStatus:
    """What the provider says of the domain. `sending` is its yes or no to sending from it."""

    dkim: ProviderCheck
    mail_from: ProviderCheck
    sending: bool = False
