"""What a column can hold: types, numbers, moments, shapes, and how these are compared and measured. Pure."""
