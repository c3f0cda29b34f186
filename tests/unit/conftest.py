"""What holds for every property: no example has a deadline."""

from hypothesis import HealthCheck, settings

# A busy machine is no failure, in what is checked or in making up what it is checked with.
settings.register_profile("tailrace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tailrace")
