"""Real-name verification as data vendors sell it: name, identity number, mobile number."""
