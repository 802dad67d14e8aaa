"""Loops over a million items, compiled once and kept beside the source.

    compiled   how a kernel is compiled

A kernel takes and fills numpy arrays and knows nothing of a protocol. Each has
a plain, slow twin in the tests, which is its oracle. Kernels read memory at
places that depend on secrets (peeling, byte tables, sorting): they run on the
owner's own machine, and are not constant-time towards who shares its caches.
No long-term key and no group arithmetic is ever handled here.
"""
