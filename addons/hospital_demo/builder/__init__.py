"""Steps of the demo build, in the order in which they run."""
