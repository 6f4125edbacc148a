"""What partners send: one module for each family of messages, one table of all of them."""
