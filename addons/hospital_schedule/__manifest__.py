{
    "name": "Hospital Schedule",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "Weekly plans, sessions, numbers, suspension and substitution",
    "author": "Hospital Suite contributors",
    "license": "LGPL-3",
    "depends": ["hospital_base"],
    "external_dependencies": {"python": ["openpyxl", "xlsxwriter"]},
    "data": [
        "security/hospital_schedule_rules.xml",
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "data/res_lang_data.xml",
        "views/hospital_wizard_views.xml",
        "views/hospital_number_type_views.xml",
        "views/hospital_plan_views.xml",
        "views/hospital_session_views.xml",
        "views/hospital_suspension_views.xml",
        "views/res_config_settings_views.xml",
        "report/roster_report.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "hospital_schedule/static/src/fen_field/*",
            "hospital_schedule/static/src/roster_calendar/*.js",
        ],
    },
}
