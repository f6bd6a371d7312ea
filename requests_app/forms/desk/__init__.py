"""The forms of the desk's own pages: lists, letters, links, reports."""
