from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class HospitalCustomerPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        """Count the patient's bookings to come for the entry on ``/my``."""
        values = super()._prepare_home_portal_values(counters)
        if "hospital_booking_count" in counters:
            Booking = request.env["hospital.booking"]
            values["hospital_booking_count"] = (
                Booking.search_count([("state", "in", ("hold", "confirmed", "displaced"))])
                if Booking.has_access("read")
                else 0
            )
        return values
