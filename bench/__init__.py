"""Benchmarks: `python -m bench`. Pages, search, sweep and memory at growing sizes, beside bare Django."""
