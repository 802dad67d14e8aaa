"""A log that can only grow: Merkle tree, proofs, signed heads."""
