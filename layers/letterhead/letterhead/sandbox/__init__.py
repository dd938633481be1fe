"""What an account may do before it has a domain of its own.

sandbox: sending with the operator's shared sender or the account's own name below the operator's sandbox domain, to the
account's own people only.
test recipient: somebody who has agreed to get an account's tests; an account has three at most.
own people: an account's owner and its verified test recipients.
"""
