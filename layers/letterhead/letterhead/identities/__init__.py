"""Sender identities.

sender identity: an address of a client's, with a name, that an account may send as under one of its sending domains.
confirmation: the consent of the address's owner, given by pressing a button behind a link that was mailed there.
generation: counts an identity's confirmation requests; each has a link of its own, and only the last one's is live.
From mode: how the identity appears in mail; `aligned` writes From an address on the sending domain and Reply-To the client's.
"""
