"""What can be filed: a form for each of the seven kinds."""
