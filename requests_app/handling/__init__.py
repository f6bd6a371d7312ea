"""Acts of the office on a case that runs: what happened outside, money, statements, an answer taken back."""
