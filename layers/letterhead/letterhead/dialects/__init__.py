"""The three wire APIs. Each package turns requests into concepts and concepts into answers; pure functions, no I/O.

dialect: one of the three public APIs that Letterhead speaks.
problem: what is wrong with a request, before it has a dialect's shape.
"""
