"""One holder as a process of its own, which links its table with another holder's over a network.

    keys      a project authority, and for every party what it shows and signs with
    request   what one holder asks for, checked before anything is read
    verbs     what may be asked of a pair of tables: the roles of a suite, and what comes out of them
    registry  which verb a request names, loaded when it is named
    holder    what this holder asks itself first: gate, ledger, its own table
    proposal  whether both sides ask for the same, and what differs where they do not
    run       one run, from the connection to the output, which appears only when both sides have signed for everything
    fuzzy     links without an identifier
    totals    three parties, one of them a unit without a table

The roles, the gate and the ledger are the same as in one process; what is new
here is only that nobody sees both tables.
"""
