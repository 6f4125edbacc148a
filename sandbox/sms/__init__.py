"""A short message centre that two vendors' APIs lead to, with delivery reports and replies."""
