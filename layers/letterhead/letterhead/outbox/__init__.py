"""Events: what others are told of.

event: something that happened to an account's things, written together with the change itself, so that neither is ever without
the other.
outbox: where events lie for 30 days; its stream feeds whoever passes them on, and replay reads it.
owner notice: a mail by which the owner of an account is told of an event.
"""
