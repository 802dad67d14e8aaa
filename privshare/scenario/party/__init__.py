"""One holder as a process of its own, which links its table with another holder's over a network.

    keys      a project authority, and for every party what it shows and signs with
    verbs     what may be asked of a pair of tables: the roles of a suite, and what comes out of them
    holder    what this holder asks itself first: gate, ledger, its own table
    run       one run, from the connection to the output
    folder    the output, which appears only when both sides have signed for everything

The roles, the gate and the ledger are the same as in one process; what is new
here is only that nobody sees both tables.
"""
