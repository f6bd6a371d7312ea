"""The parts of the clocks: events in their order, the shape of a rule, the count of days. Pure."""
