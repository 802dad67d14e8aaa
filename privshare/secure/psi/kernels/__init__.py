"""Loops over a million items, compiled once and kept beside the source.

    compiled   how a kernel is compiled, once, and found again
    native     machine code made by numba, linked and called without it
    kept       the code on disk, and that it is the right code
    sha256     digests of short messages, 64 side by side
    texts      texts normalised into messages; digests put in order with the rows that hold them
    okvs       a key-value store's places, core and table
    code       words of the linear code
    bits       columns of bits turned into rows of words, and back
    check      sums over the rows that challenges choose
    search     sorted keys, and equal ones found

A kernel takes and fills numpy arrays and knows nothing of a protocol. Each has
a plain, slow twin in the tests, which is its oracle. Kernels read memory at
places that depend on secrets (peeling, byte tables, sorting): they run on the
owner's own machine, and are not constant-time towards who shares its caches.
No long-term key and no group arithmetic is ever handled here.
"""
