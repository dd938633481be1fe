"""What Amazon SES publishes to Amazon SNS, read into mail events.

`reading` knows the documents, `spelling` the ways in which an address may be written.
"""
