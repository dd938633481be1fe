"""A write that is sent twice with one key happens once.

The *key* is the caller's; with the token and the route it names an *entry*. The entry holds the digest of what was asked and,
when the *run* that asked first has ended, the *answer*, which every repetition gets.
"""
