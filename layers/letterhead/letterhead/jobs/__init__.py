"""Jobs: work that doesn't fit a request.

job: one piece of work of an account, with its progress; it is done in steps.
step: a part of the work that is noted as done together with what it came to, so that a job that was killed goes on behind it.
input, result: what a job works on and what it makes, each kept in pieces, one a step.
"""
