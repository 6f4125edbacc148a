{
    "name": "Hospital Schedule",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "Weekly plans, sessions, numbers, suspension and substitution",
    "author": "Hospital Suite contributors",
    "license": "LGPL-3",
    "depends": ["hospital_base"],
    "data": [
        "security/hospital_schedule_rules.xml",
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
    ],
}
