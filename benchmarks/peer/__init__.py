"""Beside another emulator: the same client, the same plain handler, in turns."""
