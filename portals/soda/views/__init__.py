"""The addresses of the read API: `call` is what all have in common, the others answer."""
