"""Everything privshare raises on purpose, as one tree.

    PrivshareError
    +- InputRefused          what a person wrote cannot be accepted
    |  +- FileFaults         a scenario or policy file, all faults at once        (path, faults)
    |  +- ParameterRefused   one number or name out of range                      (name, given, accepted)
    |  +- OutputInUse        the output folder is not empty                       (path)
    |  +- DataRefused        a holder's own file of records, at its ingest        (path, line, what)
    +- NotPermitted          the gate said no                                     (question, clause, accepted)
    |  +- UnclassifiedColumn
    |  +- PurposeNotAllowed
    |  +- FormNotAllowed
    |  +- KeyNotAllowed      what links or pairs records
    |  +- LicenceNotInForce
    |  +- BudgetExhausted    (holder, purpose, asked, left in micro-epsilon)
    +- LedgerFault           the ledger cannot be trusted or written              (path)
    +- StorageFault          a disk would not take what must be durable           (path)
    +- UnprotectedPayload    someone tried to send what is not a protected payload (sender, receiver)
    +- ProtocolError         a message that the other side must refuse            (code)
    |  +- PointRefused       not a canonical, non-identity group element
    |  +- ProtocolAborted    another party stopped the run
    +- NoConnection          no connection to the party that was meant            (address, reason)
    +- EnginesDisagree       two engines gave different numbers for the same rows
    +- EngineFailed          an engine ran out of memory or disk, or its file went away
    +- NoiseRefused          the one door to noise would not open                 (reason)
    +- VerificationFailed    a signature, proof, hash or sum does not hold        (file)
       +- SignatureRefused
       +- LogRefused

Errors carry plain values only, never domain objects and never a value from a
private row: the text of an error is shown to whoever asked. The command line
turns each into one sentence on stderr and exit code 2; any other exception is
a bug and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence


class PrivshareError(Exception):
    """Everything privshare raises on purpose."""


class InputRefused(PrivshareError):
    """What a person wrote cannot be accepted."""


class FileFaults(InputRefused):
    """A scenario or policy file has faults; every one is named.

    path: the file as the person named it. faults: (where in the file, what is
    wrong and what would be accepted), in file order.
    """

    def __init__(self, path: str, faults: Sequence[tuple[str, str]]) -> None:
        self.path = path
        self.faults = tuple(faults)
        told = "; ".join(f"{where}: {what}" if where else what for where, what in self.faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{path} has {count}: {told}.")


class ParameterRefused(InputRefused):
    """One number or name is out of range."""

    def __init__(self, name: str, given: object, accepted: str) -> None:
        self.name, self.given, self.accepted = name, str(given), accepted
        told = self.given if self.given.strip() else "blank" if self.given else "empty"
        super().__init__(f"{name} was {told}; accepted is {accepted}.")


class OutputInUse(InputRefused):
    """The output folder exists and is not empty."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"the output folder {path} is not empty; name one that does not exist or is empty.")


class DataRefused(InputRefused):
    """A holder's own file of records cannot be read as it stands; nothing of it was taken in.

    path: the file as the person named it. line: line of a CSV file or row of a Parquet file, counted from 1;
    None for a fault of the whole file. what: what is wrong and what would be accepted. Only the holder, whose
    act ingest is, ever reads this; it still names columns and lines and never a value.
    """

    def __init__(self, path: str, line: int | None, what: str, *, unit: str = "line") -> None:
        self.path, self.line, self.what = path, line, what
        where = path if line is None else f"{path}, {unit} {line}"
        super().__init__(f"{where}: {what}.")


class NotPermitted(PrivshareError):
    """The gate said no. Nothing ran and nothing was debited.

    question: id of what was asked. clause: id of the policy clause that
    refused. accepted: a sentence that says what would be accepted. Depends on
    the question, the policy, the licences and the ledger only, never on a row.
    """

    def __init__(self, *, question: str, clause: str, refused: str, accepted: str) -> None:
        self.question, self.clause, self.refused, self.accepted = question, clause, refused, accepted
        super().__init__(f"{question}: {refused} (clause {clause}); accepted would be: {accepted}.")


class UnclassifiedColumn(NotPermitted):
    """A column without a category was asked for."""


class PurposeNotAllowed(NotPermitted):
    """No licence covers this purpose at this holder."""


class FormNotAllowed(NotPermitted):
    """The column's rung on the disclosure ladder does not reach the form asked for."""


class KeyNotAllowed(NotPermitted):
    """The columns that link have too few values in public, or the policy does not let records pair like that."""


class LicenceNotInForce(NotPermitted):
    """The licence was withdrawn or has expired."""


class BudgetExhausted(NotPermitted):
    """A use asked for more privacy loss than its purpose has left at a holder.

    asked_micro, left_micro: micro-epsilon. asked_delta_e15, left_delta_e15: delta in units of 1e-15.
    """

    def __init__(
        self,
        *,
        question: str,
        clause: str,
        holder: str,
        purpose: str,
        asked_micro: int,
        left_micro: int,
        asked_delta_e15: int,
        left_delta_e15: int,
        asked: str,
        left: str,
    ) -> None:
        self.holder, self.purpose = holder, purpose
        self.asked_micro, self.left_micro = asked_micro, left_micro
        self.asked_delta_e15, self.left_delta_e15 = asked_delta_e15, left_delta_e15
        super().__init__(
            question=question,
            clause=clause,
            refused=f"it asks {holder} for {asked} for purpose {purpose!r}, of which {left} are left",
            accepted="a question that costs no more than what is left, or a new budget in the policy",
        )


class LedgerFault(PrivshareError):
    """The ledger is damaged, restored from an older copy, from a newer version, or in use."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"ledger {path}: {reason}.")


class StorageFault(PrivshareError):
    """A disk would not take what must be durable; nothing was published."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"could not write {path}: {reason}; nothing was published.")


class UnprotectedPayload(PrivshareError):
    """Someone tried to send what is not a protected payload."""

    def __init__(self, *, sender: str, receiver: str, kind: str) -> None:
        self.sender, self.receiver, self.kind = sender, receiver, kind
        super().__init__(f"{sender} tried to send a {kind} to {receiver}; a channel takes protected payloads only.")


class ProtocolError(PrivshareError):
    """A message that the other side must refuse. The session is dead; nothing is output.

    code: what did not fit. Before any key is used: E_VERSION, E_SUITE, E_NORMALISER, E_CAP, E_PURPOSE,
    E_PARAMETERS, E_IDENTITY, E_COMMIT, E_REFLECTED, E_SESSION. Of a message: E_PROTOCOL (not due), E_LENGTH, E_ORDER,
    E_RANGE, E_REPEATED, E_POINT, E_RECEIPT, E_CHECK, E_SEAL. Of the other side: E_TIMEOUT, E_CLOSED, E_ABORT.
    E_INTERNAL and what begins with it: a fault of this side.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"protocol stopped ({code}): {reason}.")


class PointRefused(ProtocolError):
    """Bytes that are not a canonical, non-identity element of the group."""

    def __init__(self, reason: str) -> None:
        super().__init__("E_POINT", reason)


class ProtocolAborted(ProtocolError):
    """Another party stopped the run."""

    def __init__(self, party: str, why: str = "") -> None:
        self.party = party
        super().__init__("E_ABORT", f"{party} stopped the run" + (f", because {why}" if why else ""))


class NoConnection(PrivshareError):
    """There is no connection to the party that was meant: nobody there, a port in use, another authority."""

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        super().__init__(f"{address}: {reason}.")


class EnginesDisagree(PrivshareError):
    """Two engines gave different numbers for the same rows: one of them is wrong, and nothing was published."""

    def __init__(self, what: str, first: str, second: str) -> None:
        super().__init__(
            f"the engines {first} and {second} do not agree on a {what}; nothing was published. This is a fault of "
            "privshare, please report it."
        )


class EngineFailed(PrivshareError):
    """An engine could not finish, for a reason that may depend on the rows; so the words are always these."""

    def __init__(self) -> None:
        super().__init__(
            "the engine could not compute the numbers; nothing was published, and the price counts as spent. See that "
            "memory and room for temporary files suffice and that the file stays as it was, then ask again."
        )


class NoiseRefused(PrivshareError):
    """The one door to noise would not open; no data was touched."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"no noise was drawn and no data was touched: {reason}.")


class VerificationFailed(PrivshareError):
    """A signature, a proof, a hash or a sum does not hold. file: what it was found in."""

    def __init__(self, file: str, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"{file} does not verify: {reason}.")


class SignatureRefused(VerificationFailed):
    """A signature is not the one its signer would have made, or the key is unusable."""


class LogRefused(VerificationFailed):
    """A log proof or checkpoint does not hold."""
