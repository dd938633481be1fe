"""API tokens.

API token: what a caller presents; belongs to one account and one dialect.
token hash: SHA-256 of the token's text, the only form that is kept.
scope: what a token may do, in its dialect's own words.
preview: the few characters by which a person recognises a token.
"""
