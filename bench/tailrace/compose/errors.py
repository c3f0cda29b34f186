"""What can go wrong with the emulator in a container; each message names the fix.

EmulatorError
├── EngineError       no Docker engine that can be used from here
├── ImageError        the image could not be built
└── ContainerError    the container could not be started or stopped
"""

from tailrace.control import EmulatorError


class EngineError(EmulatorError):
    """There is no Docker engine that can be used from here."""


class ImageError(EmulatorError):
    """The image could not be built."""


class ContainerError(EmulatorError):
    """The container could not be started or stopped."""
