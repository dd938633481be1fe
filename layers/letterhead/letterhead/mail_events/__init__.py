"""Mail events: what the mail provider says became of a mail.

mail event: one thing that happened to one mail, for one recipient or several (SES's Send, Delivery, Bounce …).
verdict: what an event means: which activity it is, and whether it suppresses, holds or lifts.
attribution: whose mail it was, by the tags that Letterhead puts on every mail.
hard bounce / soft bounce: SES's `Permanent` / `Transient`; `Undetermined` is kept apart.
echo: a bounce or complaint that only repeats what a suppression list of SES says.
stray event: one that can't be attributed, or of a kind that isn't known; it is kept for the operator.
"""
