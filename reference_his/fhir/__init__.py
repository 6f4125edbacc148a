"""FHIR R4 (4.0.1) over the hospital's records, with IHE ITI Scheduling and pushes."""
