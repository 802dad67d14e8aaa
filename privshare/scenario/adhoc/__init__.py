"""One-line requests on somebody's own files, as scenarios of one step.

So policy, ledger, log, report and verify are the same as for a story.
"""
