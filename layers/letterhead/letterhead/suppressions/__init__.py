"""Suppressions: whom an account must not mail, and why.

suppression: one entry of a list: an address (or, in the blocklist, a pattern), its scope, where it comes from, maybe an end.
list: on hold, hard bounces, spam complaints, unsubscribes, blocklist.
scope: one sending domain of the account, or the account as a whole; a send from a domain meets the entries of both.
folded address: the address with its case gone, by which entries are found.
provenance: what made an entry: the event or the call, with what the mail server said.
block: an entry that stands between a sender and an address now.
"""
