"""A hospital's systems on one machine: records, schedules, charges, results, queue, images.

It keeps its own rules and books in PostgreSQL and speaks HL7 v2, WS/T 846, FHIR R4, vendor JSON,
single-string SOAP and SQL views. No Odoo, no product code, and no codec shared with the drivers.
"""
