"""The one door to noise. OpenDP draws it; these files refuse whatever OpenDP would let through.

OpenDP 0.16 builds a measurement with scale 0 (which returns the exact value),
with scale 1e-320, and with any epsilon that its caller computed badly; it
takes `T=int` for 32 bits and saturates. So: parameters are checked before a
measurement is built, the measurement is built before any data is touched,
its own map must be finite and not above the debit, and integers have 64 bits.

The generator is the operating system's, so nothing here can be seeded and a
forked process does not repeat its parent.
Not covered: the time a draw takes depends on the noise (a party that can time
single draws learns something); results leave in one batch.
"""

from privshare.secure.noise.gaussian import GaussianMechanism, add_gaussian, gaussian_mechanisms
from privshare.secure.noise.keyed import (
    KEYED_BOUND_MAX,
    KeyedLaplaceMechanism,
    add_keyed_laplace,
    keyed_laplace_mechanism,
)
from privshare.secure.noise.laplace import LaplaceMechanism, add_laplace, laplace_mechanism, truncated_laplace
from privshare.secure.noise.parameters import SCALE_MAX, VALUE_MAX
from privshare.secure.noise.response import RESPONSES_MAX, ResponseMechanism, respond, response_mechanism

__all__ = [
    "KEYED_BOUND_MAX",
    "RESPONSES_MAX",
    "SCALE_MAX",
    "VALUE_MAX",
    "GaussianMechanism",
    "KeyedLaplaceMechanism",
    "LaplaceMechanism",
    "ResponseMechanism",
    "add_gaussian",
    "add_keyed_laplace",
    "add_laplace",
    "gaussian_mechanisms",
    "keyed_laplace_mechanism",
    "laplace_mechanism",
    "respond",
    "response_mechanism",
    "truncated_laplace",
]
