from . import hospital_portal, hospital_portal_choice, ir_http
