"""The days of a child."""
