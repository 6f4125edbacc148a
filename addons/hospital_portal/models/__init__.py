from . import hospital_portal, hospital_portal_choice, hospital_portal_words, ir_http
