"""HL7 v2 over MLLP: a listener for partners' messages and senders of what happened here."""
