"""The DNS, asked with packets made and read by dnspython, which is imported with the first question."""

from letterhead.adapters.dns_lookup.lookup import DnsLookup

__all__ = ["DnsLookup"]
