"""LocalStack's EventBridge, with targets served our way."""

from localstack.services.events.provider import EventsProvider as Theirs

from tailrace.eventbridge import targets


class EventsProvider(Theirs):
    """EventBridge."""

    def __init__(self) -> None:
        targets.install()
        super().__init__()
