"""The setup of a city: what staff decide beside its file, each change with what it would move."""
