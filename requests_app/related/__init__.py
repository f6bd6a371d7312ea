"""Cases beside other cases, and who follows them: alike, merged, converted, asked for again and again."""
