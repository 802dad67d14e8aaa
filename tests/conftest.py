"""What all tests share: hypothesis without timing asserts."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A deadline is a timing assert, and a loaded machine would fail it; too_slow is one as well.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
