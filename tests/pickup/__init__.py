"""Who may fetch a child."""
