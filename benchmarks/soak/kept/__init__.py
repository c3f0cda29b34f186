"""The function of the long day."""
