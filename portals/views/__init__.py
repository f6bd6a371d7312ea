"""Public pages that show only what the city is: front desk, rules, catalogue, calculator."""
