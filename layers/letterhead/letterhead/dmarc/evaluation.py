"""What receivers do with a mail whose authenticated identifiers are known (RFC 9989 sections 4.4, 4.10 and 5.4)."""

from __future__ import annotations

from letterhead.dmarc.results import Policy, Result
from letterhead.dmarc.tree_walk import Seen, Source, organizational_domain, policy_source, walk
from letterhead.values import value_type


@value_type
class Authentication:
    """What a mail authenticates as: the domain of its DKIM signature, and that of its MAIL FROM if SPF passes for it."""

    dkim: str | None
    spf: str | None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The authenticated identifiers."""
        return tuple(dict.fromkeys(name for name in (self.dkim, self.spf) if name is not None))


@value_type
class Applied:
    """The policy that applies to a domain: what is asked, whether it is only being tried out, and where that stands."""

    policy: Policy
    testing: bool
    source: Source

    @property
    def result_of_failing(self) -> Result:
        """What failing mail meets with; a policy under test counts one step milder (section 4.7, `t`)."""
        if self.policy is Policy.NONE:
            return Result.PASS
        if self.policy is Policy.QUARANTINE:
            return Result.PASS if self.testing else Result.JUNK
        return Result.JUNK if self.testing else Result.REJECT


def hangs_on_existence(author: str, seen: Seen) -> bool:
    """Whether the policy differs between a domain that exists and one that doesn't; raises `UnansweredError`."""
    source = policy_source(author, seen)
    if source is None or source.name == author or source.record.has_wrong_policy:
        return False
    return source.record.missing_subdomain_policy != source.record.subdomain_policy


def applied_policy(author: str, seen: Seen, *, exists: bool = True) -> Applied | None:
    """The policy for mail From a domain, None without any; raises `UnansweredError` (section 4.10.1).

    A record without a valid policy counts as `p=none` if it asks for reports, and as nothing otherwise.
    """
    source = policy_source(author, seen)
    if source is None:
        return None
    record = source.record
    testing = record.testing
    if record.has_wrong_policy:
        return Applied(Policy.NONE, testing, source) if record.asks_for_reports else None
    below = record.subdomain_policy if exists else record.missing_subdomain_policy
    asked = record.policy if source.name == author else below
    return Applied(Policy(asked or Policy.NONE), testing, source)


def to_compare(
    author: str, authentication: Authentication, applied: Applied | None, seen: Seen
) -> tuple[str, ...]:
    """The identifiers whose own walks it takes to compare them with the author domain; raises `UnansweredError`.

    An organizational domain is the domain itself or above it, so an identifier outside of the author's never aligns.
    """
    if applied is None or author in authentication.identifiers:
        return ()
    possible = _possible(author, authentication, applied)
    if not possible:
        return ()
    organizational = organizational_domain(author, seen)
    return tuple(name for name in possible if _within(name, organizational))


def result_of(author: str, authentication: Authentication, seen: Seen, *, exists: bool = True) -> Result:
    """What becomes of a mail From a domain; raises `UnansweredError`.

    A mail that authenticates as the author domain itself passes whatever is published.
    """
    if author in authentication.identifiers:
        return Result.PASS
    applied = applied_policy(author, seen, exists=exists)
    if applied is None or _aligns(author, authentication, applied, seen):
        return Result.PASS
    return applied.result_of_failing


def _aligns(author: str, authentication: Authentication, applied: Applied, seen: Seen) -> bool:
    """Whether one of the identifiers, none of which is the author domain, belongs to its organization (section 4.10.2)."""
    return any(
        organizational_domain(name, seen) == organizational_domain(author, seen)
        for name in to_compare(author, authentication, applied, seen)
    )


def _possible(author: str, authentication: Authentication, applied: Applied) -> tuple[str, ...]:
    """The identifiers that needn't be the author domain (section 4.7, `adkim` and `aspf`) and share a name above with it."""
    record = applied.source.record
    relaxed = (
        None if record.strict_dkim else authentication.dkim,
        None if record.strict_spf else authentication.spf,
    )
    above = set(walk(author))
    return tuple(dict.fromkeys(name for name in relaxed if name is not None and above & set(walk(name))))


def _within(name: str, above: str) -> bool:
    return name == above or name.endswith("." + above)
