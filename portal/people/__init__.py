"""People in lists: sorted by name, and found by the beginning of any word of it."""
