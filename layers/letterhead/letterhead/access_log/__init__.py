"""What an account's tokens have called.

logged call: one call as the access log keeps it: who asked for what from where, and what came of it; nothing that was said in it.
access log: an account's logged calls of the last seven days, kept only while the account wants it.
"""
