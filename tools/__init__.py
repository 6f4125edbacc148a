"""The ``./hospital`` command: set-up, demo, tests and benchmarks (standard library only)."""
