"""Accounts.

account: a tenant of this deployment; owns sending domains, sender identities and API tokens.
owner: the person whose address stands for the account.
"""
