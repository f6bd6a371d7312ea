"""Files that come with a case: taken in, stored once, looked through before they go out."""
