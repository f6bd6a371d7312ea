"""Every act on a case at the desk: its row (form, act, words), and the one page that does it."""
