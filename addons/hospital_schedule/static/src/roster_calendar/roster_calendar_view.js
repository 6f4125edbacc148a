import { serializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";

/** Dragging a session asks first: the wizard shows the consequences, and it alone moves. */
export class RosterCalendarModel extends CalendarModel {
    static services = [...CalendarModel.services, "action"];

    setup(params, services) {
        super.setup(params, services);
        this.action = services.action;
        this.meta.firstDayOfWeek = 1; // a roster week begins on Monday in every language
    }

    async updateRecord(record) {
        const before = this.data.records[record.id];
        if (before && before.start.toMillis() === record.start.toMillis()) {
            await this.load();
            return;
        }
        await this.action.doAction("hospital_schedule.hospital_session_move_action", {
            additionalContext: {
                default_session_id: record.id,
                default_starts_at: serializeDateTime(record.start),
            },
            onClose: () => this.load(),
        });
    }
}

/** Sessions at one time stand side by side: the name and the count of each can be read. */
export class RosterCommonRenderer extends CalendarCommonRenderer {
    get options() {
        return { ...super.options, slotEventOverlap: false };
    }
}

export class RosterCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: RosterCommonRenderer,
        week: RosterCommonRenderer,
    };
}

registry.category("views").add("hospital_roster_calendar", {
    ...calendarView,
    Model: RosterCalendarModel,
    Renderer: RosterCalendarRenderer,
});
