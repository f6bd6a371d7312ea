"""The way of a case up the offices while nobody acts: what each step does, and to many cases at once."""
