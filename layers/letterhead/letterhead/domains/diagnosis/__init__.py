"""Diagnosis: from what DNS says about a required record to findings, each with the mistake's name and its fix.

catalogue: every code, what it means and how it is recognised. evidence: the answers so far and the questions still wanted.
judgement: right, wrong, absent or unknown, with the findings that explain it. One module for each kind of record and of fault.
"""
