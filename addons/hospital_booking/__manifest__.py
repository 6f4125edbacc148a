{
    "name": "Hospital Booking",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "Claiming numbers, check-in, no-shows, blacklist and wait-list",
    "author": "Hospital Suite contributors",
    "license": "LGPL-3",
    "depends": ["hospital_patient", "hospital_message", "hospital_schedule"],
    "data": [
        "security/ir.model.access.csv",
        "security/hospital_booking_rules.xml",
        "data/hospital_channel_data.xml",
        "data/hospital_message_data.xml",
        "data/ir_cron_data.xml",
        "views/hospital_booking_views.xml",
        "views/hospital_booking_config_views.xml",
        "views/res_config_settings_views.xml",
    ],
}
