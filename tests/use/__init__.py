"""Third floor, the honest analyst: gate, ledger, release."""
