"""Words shared by every addon of the suite."""

HALF_DAYS = [("am", "Morning"), ("pm", "Afternoon"), ("evening", "Evening")]

#: First local hour that no longer belongs to the half-day (R2.3).
HALF_DAY_END = {"am": 12.0, "pm": 18.0, "evening": 24.0}
PASSWORD_LENGTH = 12
