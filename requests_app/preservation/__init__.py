"""What is kept and proved: logs that only grow, the case as a file, backup and restore, verification."""
