"""WS/T 846-2024 (HL7 V3 messages in one SOAP operation), both directions.

Written from the standard's public descriptions; sites differ, so what differs is a dialect.
"""
