"""Mail that Letterhead itself sends.

content: subject, text and HTML of a mail.
tag: a name and an id that the provider's events about a mail carry back; never an address.
"""
