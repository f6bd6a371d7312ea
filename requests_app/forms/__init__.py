"""The forms of a resident: one module for a kind or a few."""
