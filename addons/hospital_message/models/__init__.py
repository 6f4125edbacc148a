from . import (
    data_class,
    hospital_message_error,
    hospital_message_port,
    hospital_message_port_inapp,
    hospital_message_port_sms,
    hospital_sms_sandbox,
    hospital_message_event,
    hospital_message_template,
    hospital_message_preference,
    hospital_message,
    hospital_message_planner,
    hospital_message_delivery,
)
