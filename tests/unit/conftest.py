"""What holds for every property: how many examples it is tried with, and that none has a deadline."""

from hypothesis import HealthCheck, settings

# A busy machine is no failure, in what is checked or in making up what it is checked with.
# Other examples in each run; a property that needs more to find what it is for says so.
settings.register_profile(
    "tailrace", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tailrace")
