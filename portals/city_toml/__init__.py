"""A city file as text: read, checked and warned about; pure, without database or settings."""
