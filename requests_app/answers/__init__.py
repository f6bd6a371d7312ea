"""What an office answers: in parts, what is withheld and by which law, who clears it, what is published."""
