"""What the events of a case say, and nothing else: its clocks, its fee, its parts, its story in words."""
