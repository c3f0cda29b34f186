"""How LocalStack finds our server: `GATEWAY_SERVER=tailrace`."""

from localstack.runtime.server.core import RuntimeServerPlugin


class TailraceServerPlugin(RuntimeServerPlugin):
    """LocalStack's server in Twisted, with our door (see `serving.py`)."""

    name = "tailrace"

    def load(self, *args: object, **kwargs: object) -> object:
        """Give LocalStack the server."""
        del args, kwargs
        from tailrace.startup.serving import Server  # noqa: PLC0415  loaded when used, after the hooks

        return Server()
