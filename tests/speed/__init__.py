"""Measurements, not tests: `./run.sh bench`."""
