"""What all tests share."""

from hypothesis import HealthCheck, settings

# A busy machine is slow; no test may fail for that.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
