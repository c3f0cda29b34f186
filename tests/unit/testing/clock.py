"""A clock for tests of waiting."""


class Made:
    """A clock on which time passes only by pauses."""

    def __init__(self) -> None:
        self.time = 100.0
        self.pauses: list[float] = []

    def now(self) -> float:
        """Give the time that was made up."""
        return self.time

    def pause(self, seconds: float) -> None:
        """Note the pause and move on; a wait without end ends here."""
        assert len(self.pauses) < 100
        self.pauses.append(seconds)
        self.time += seconds
