{
    "name": "Hospital Demo",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "Builds a demo hospital with fictional people and five weeks of bookings",
    "author": "Hospital Suite contributors",
    "license": "LGPL-3",
    "depends": ["hospital_portal", "hospital_privacy"],
}
