"""`privshare bench ledger`: durable spends of several writers, beside a bare loop of commits."""
