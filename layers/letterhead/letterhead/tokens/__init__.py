"""API tokens.

API token: what a caller presents; belongs to one account and one dialect.
secret: the text of a token; a rotation gives the token another one.
token hash: SHA-256 of the secret, the only form that is kept.
scope: what a token may do, in its dialect's own words.
grant: scopes, restriction, expiry, source networks and test mode together; a token never gives away more than its own.
reach: how much of the account a token sees: all of it, one sending domain, or one sender identity.
preview: the few characters by which a person recognises a token.
"""
