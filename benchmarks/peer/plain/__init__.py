"""The plain handler."""
