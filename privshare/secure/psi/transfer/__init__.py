"""What the suites on oblivious transfer are made of.

    okvs        a table that gives each item its value and tells nothing about the items
    failure     how likely it is that no such table can be made
    code        linear codes whose words differ in at least 128 places
    base        base oblivious transfers, on ristretto255
    extension   columns of the code's length made out of them, a word of 64 columns at a time
    check       that a receiver's columns are words of the code, against a receiver that departs from the protocol

Nothing here knows a party or a message; `members/` puts the parts together.
"""
