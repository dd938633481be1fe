"""Sending domains.

sending domain: a domain that an account sends from, registered here.
claim: an account's hold on a domain name; a name belongs to one account at a time.
required record: what the domain's DNS must say; published: what it says; finding: the difference, with its fix.
record status: pending, verified or failed, the truth of the last definite answer.
provider: Amazon SES, seen from here.
"""
