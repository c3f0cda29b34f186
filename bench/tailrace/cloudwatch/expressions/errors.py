"""What is wrong with an expression."""


class ExpressionError(ValueError):
    """An expression cannot be evaluated; the message says why."""


class NotDoneError(ExpressionError):
    """AWS can do it, this emulator does not."""
