"""The cloud on one machine: everything that `make run` and `make up` start, and nothing that is deployed.

`python -m local up | run | down | logs` is the door; `local.cloud` puts the parts together.
"""
