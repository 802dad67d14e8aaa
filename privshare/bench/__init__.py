"""Benchmarks that anybody can run again: ours and, in environments of their own, other packages', in the same run.

Every figure is of whole processes, with n and range, beside the machine, the versions and the seed of the data. A
target that is missed is printed as missed. Nothing here is a test: a busy machine would make one fail for no fault
of the code.
"""
