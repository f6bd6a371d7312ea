"""Pages behind the desk: what needs a person today, one case, and what staff keep in order."""
