"""Benchmarks that anybody can run again: ours and, in environments of their own, other packages', in the same run.

Every figure is of whole processes, with n and range, beside the machine, the versions and the seed of the data. A
target that is missed is printed as missed. Nothing here is a test: a busy machine would make one fail for no fault
of the code.

    measuring                     what was asked, handed to the benchmark that answers it
    release, ledger, accounting,  a folder each, as the command names them: what is measured (`data`), who takes part
    link, attack, compare         (`contestants`, `entrants`, and `core`, our own program), how they are run in turns
                                  (`running`; of a link a file a task), and how it is told (`figures`, `page`)
    options, targets, page        what is alike in all: how many runs and who else, met or missed, the words
    contestants, environments     another package, and in what its program in `peers/` is run
    process, launcher, machine    a whole process measured, and on what
    paces                         how fast this machine is, for `privshare doctor`
"""
