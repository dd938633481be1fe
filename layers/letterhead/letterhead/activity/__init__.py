"""Activity: the history of every message, and its counts.

activity: one thing that happened to one message for one recipient; kept for some days and counted for good.
counts: how many activities of each type a domain, or one of its identities, had on a day.
book, entry: how an activity is counted exactly once: whoever records keeps a book with ascending entry numbers, an activity
bears its book and number, and a count remembers the last number of each book.
recipient: an address that a domain has mailed.
"""
