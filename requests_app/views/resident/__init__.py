"""Pages without an account: file, follow and answer one's own case; what everybody may read."""
