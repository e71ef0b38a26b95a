"""Getting in: accounts, sessions, links and passwords."""
