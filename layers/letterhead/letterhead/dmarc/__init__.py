"""What DMARC (RFC 9989) makes receivers do with a mail, told from DNS before it is sent.

author domain: the domain of the From address.
authenticated identifier: a domain that the mail proves to come from, by its DKIM signature or by SPF of its MAIL FROM.
alignment: that an authenticated identifier belongs to the author domain.
"""
