"""What can go wrong with the emulator. Each message says what happened and what to do about it.

EmulatorError
├── InstallError              the installation could not be made
│   ├── UvMissingError        no uv that runs
│   ├── DiskFullError         no room for it
│   ├── FetchError            something could not be fetched
│   ├── DamagedError          what was fetched is not what was asked for
│   └── BusyError             another installation into the same folder did not end
├── StartError                LocalStack could not be started
│   ├── NotInstalledError     there is nothing to start yet
│   ├── PortTakenError        somebody else listens there
│   └── UnhealthyError        it started, but never said that it was well
└── StopError                 something outlived being killed
"""


class EmulatorError(Exception):
    """Any failure of installing, starting or stopping; the message names the fix."""


class InstallError(EmulatorError):
    """The installation could not be made."""


class UvMissingError(InstallError):
    """There is no uv that runs."""


class DiskFullError(InstallError):
    """There is no room for what is to be installed."""


class FetchError(InstallError):
    """Something could not be fetched from its registry."""


class DamagedError(InstallError):
    """What was fetched differs from what was asked for."""


class BusyError(InstallError):
    """Another installation into the same folder is running and did not end."""


class StartError(EmulatorError):
    """LocalStack could not be started."""


class NotInstalledError(StartError):
    """There is nothing to start yet."""


class PortTakenError(StartError):
    """Somebody else listens on the port."""


class UnhealthyError(StartError):
    """LocalStack was started but did not become healthy."""


class StopError(EmulatorError):
    """A process outlived being killed."""
