"""Measurements: how fast, how much memory, how many calls, beside the recipe's own way of doing it."""
