{
    "name": "Hospital Bench",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "summary": "Peers of the booking benchmark; not part of the product",
    "author": "Hospital Suite contributors",
    "license": "AGPL-3",
    "depends": ["web", "resource_booking"],
    "data": ["security/ir.model.access.csv"],
}
