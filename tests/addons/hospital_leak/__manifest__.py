{
    "name": "Planted leaks",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "summary": "Faults that the ownership matrix must find; never part of the product",
    "author": "Hospital Suite contributors",
    "license": "LGPL-3",
    "depends": ["hospital_booking"],
    "installable": True,
}
