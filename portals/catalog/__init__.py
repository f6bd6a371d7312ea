"""Find datasets, and bring them in from the catalogues that portals publish."""
