"""A day of hospital life that runs by itself: the same seed makes the same day at any speed."""
