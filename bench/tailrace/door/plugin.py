"""How LocalStack finds our server: `GATEWAY_SERVER=tailrace`."""

from localstack.runtime.server.core import RuntimeServerPlugin


class TailraceServerPlugin(RuntimeServerPlugin):
    """The door in place of LocalStack's server in Twisted (see `server.py`)."""

    name = "tailrace"

    def load(self, *args: object, **kwargs: object) -> object:
        """Give LocalStack the server."""
        del args, kwargs
        from tailrace.door.server import Server  # noqa: PLC0415  loaded when used, after the hooks

        return Server()
