"""Offences by users of the data: the person concerned, measures against them, their appeal."""
