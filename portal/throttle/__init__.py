"""Counting tries, so that guessing is slow and nobody can lock a parent out. Counts stand in our own database."""
