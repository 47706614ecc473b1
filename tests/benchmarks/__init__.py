"""Benchmarks, run on their own by `make bench`."""
