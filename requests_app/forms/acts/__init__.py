"""The forms of the acts of staff on one case."""
