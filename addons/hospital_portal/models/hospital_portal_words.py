from odoo import api, models


class HospitalPortalWords(models.AbstractModel):
    """Sentences of the pages that carry a value, and what to say after a refusal."""

    _inherit = "hospital.portal"

    @api.model
    def _words_left(self, count):
        """Return e.g. ``4 left``."""
        return self.env._("%s left", count)

    @api.model
    def _words_opens(self, moment):
        """Return when numbers open; ``moment`` is naive local time."""
        return self.env._("Opens %s", moment.strftime("%m-%d %H:%M"))

    @api.model
    def _words_opens_long(self, moment):
        return self.env._(
            "These numbers open on %(day)s at %(time)s. Come back then.",
            day=moment.strftime("%m-%d"),
            time=moment.strftime("%H:%M"),
        )

    @api.model
    def _words_people(self, count, limit):
        return self.env._("%(count)s of %(limit)s people", count=count, limit=limit)

    @api.model
    def _words_hold(self, minutes):
        return self.env._("The number is kept for %s minutes until you confirm it.", minutes)

    @api.model
    def _words_revisit(self, number_type, yuan):
        """Return what somebody pays who was seen in the clinic some days ago."""
        return self.env._(
            "%(fee)s within %(days)s days of a visit here",
            fee=yuan(number_type.revisit_fee_fen),
            days=number_type.revisit_days,
        )

    @api.model
    def _words_keep(self, doctor):
        """Return the button's words for accepting a substitute."""
        return self.env._("Keep the time with %s", doctor.name)

    @api.model
    def _words_version(self, consent):
        """Return since when and in which version something is agreed."""
        return self.env._(
            "Since %(day)s, version %(version)s",
            day=self.env["hospital.clock"]._local(consent.at).strftime("%Y-%m-%d"),
            version=consent.text_id.version,
        )

    @api.model
    def _words_withdrawn(self, moment):
        day = self.env["hospital.clock"]._local(moment).strftime("%Y-%m-%d")
        return self.env._("Withdrawn on %s", day)

    @api.model
    def _words_due(self, request):
        return self.env._("You get an answer by %s.", request.due_date)

    @api.model
    def _words_kept(self, rule, day):
        """Return the sentence on one rule that keeps the record."""
        return self.env._(
            "%(rule)s: kept until %(day)s (%(law)s).", rule=rule.name, day=day, law=rule.source
        )

    @api.model
    def _words_kept_days(self, days):
        return self.env._("The last %s days are on record.", days)

    @api.model
    def _words_code_to(self, masked_phone):
        return self.env._("The code goes to this person's phone %s.", masked_phone)

    @api.model
    def _words_use(self, action, model):
        """Return what was done with a person's data, as the audit trail calls it."""
        _ = self.env._
        if (action, model) == ("read", "hospital.booking"):
            return _("Opened a booking")
        uses = {
            "read": _("Opened the record"),
            "reveal": _("Saw the whole document number, phone and address"),
            "export": _("Took data out as a file"),
            "create": _("Made the record"),
            "write": _("Changed the record"),
            "merge": _("Joined two records of this person"),
            "unmerge": _("Took two records of this person apart"),
            "delete": _("Deleted data"),
            "withdraw": _("Ended a consent"),
            "unlink_member": _("Took this person off a family list"),
        }
        return uses.get(action, _("Used the record"))

    @api.model
    def _words_error(self, code):
        """Return (what happened, what to do next) for an answer of HTTP status ``code``."""
        _ = self.env._
        if code in (400, 422):
            return (
                _("This page was open for too long, or something in it is not right."),
                _("Open it again and repeat the last step. Nothing was changed."),
            )
        if code in (403, 404, 405):
            return (
                _("We cannot find this page."),
                _("It may have been removed, or belong to another account. Go to the first page."),
            )
        if code == 413:
            return (_("This is too much to send."), _("Shorten it and send it again."))
        return (
            _("Something went wrong on our side."),
            _("Try again in a minute. Under My bookings you see whether a number is yours."),
        )

    @api.model
    def _refusal(self, outcome):
        """Return (what happened, what to do next) for a refused claim."""
        _ = self.env._
        refusals = {
            "full": (
                _("This number has just been taken."),
                _("Choose another time, or join the wait-list."),
            ),
            "duplicate_doctor": (
                _("This patient already has a number with this doctor on that day."),
                _("Look at your bookings, or choose another day."),
            ),
            "day_limit": (
                _("This patient has reached the number of bookings for one day."),
                _("Choose another day, or cancel a booking you do not need."),
            ),
            "blocked": (
                _("Booking is paused for this patient after missed visits."),
                _(
                    "You can still register at the outpatient window. If you think this is "
                    "wrong, ask the outpatient office and tell them why you could not come."
                ),
            ),
            "not_released": (
                _("These numbers are not open yet."),
                _("Come back at the time shown for this session."),
            ),
            "closed": (
                _("This time has passed or the session is closed."),
                _("Choose a later time or another day."),
            ),
            "horizon": (
                _("That day cannot be booked yet."),
                _("Choose one of the days shown."),
            ),
            "channel": (
                _("This number cannot be booked on the phone."),
                _("Ask at the outpatient window."),
            ),
            "quota": (
                _("The numbers for booking by phone are used up."),
                _("Choose another time, or ask at the outpatient window."),
            ),
            "not_member": (
                _("You can only book for people on your family list."),
                _("Add the person under Family members first."),
            ),
            "consent": (
                _("The consent to registration and visits is missing or the words are new."),
                _("Agree below, then book again."),
            ),
            "patient_inactive": (
                _("This patient record is closed."),
                _("Ask the outpatient office to open it again."),
            ),
            "guardian": (
                _("A patient under 16 books with a guardian on file."),
                _("Ask the outpatient window to add the guardian."),
            ),
            "risk": (
                _("This phone has booked for too many different people."),
                _("Ask at the outpatient window."),
            ),
            "key_reused": (
                _("This form was used for another booking."),
                _("Choose the time again and confirm once."),
            ),
            "no_period": (_("Choose a time first."), _("Choose another time, then confirm.")),
            "limit": (
                _("Too many attempts in a short time."),
                _("Wait a minute and try again."),
            ),
        }
        default = (_("The booking was not made."), _("Go back and try again."))
        return refusals.get(outcome, default)
