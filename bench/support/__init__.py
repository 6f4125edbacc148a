"""Databases, servers, people and load of the benchmarks."""
