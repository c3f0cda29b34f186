"""Mutated requests against the door: none may hang it, break it, or leave anything behind."""
