"""Installing, starting and stopping LocalStack; standard library only.

    installation = Installation(".emulator")
    installation.install(print)
    emulator = Emulator(installation, 4566)
    emulator.start()
    emulator.stop()

Everything that can go wrong is an EmulatorError (`errors.py`), whose message names the fix.
"""

from .emulator import Emulator, EmulatorStatus
from .errors import EmulatorError
from .installation import Installation

__all__ = ["Emulator", "EmulatorError", "EmulatorStatus", "Installation"]
