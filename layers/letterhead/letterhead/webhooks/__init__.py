"""Webhooks: telling accounts' own programs what happened, by signed HTTP requests.

endpoint: a URL of an account that is told of some kinds of events, in one dialect's words.
event name: what a dialect calls a kind of event; what it has no name for keeps ours.
delivery: one event on its way to one endpoint. There is one for each pair, however often the event comes.
attempt: one request of a delivery, and what came of it.
circuit: whether an endpoint that keeps failing is spared for now; while it is open, deliveries wait without an attempt.
signing secret: what an endpoint's requests are signed with; there are three kinds, renewed together.
"""
