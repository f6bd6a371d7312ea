"""What a page of one case shows, read with a constant number of queries."""
