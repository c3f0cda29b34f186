"""What can go wrong with a mapping or its dead letters. Each message says what happened and how to fix it."""


class StoryError(Exception):
    """It cannot be told, or not be done so."""
