import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { useInputField } from "@web/views/fields/input_field_hook";
import { useNumpadDecimal } from "@web/views/fields/numpad_decimal_hook";
import { parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** People read and type yuan; the field keeps whole fen. */
export function formatFen(value) {
    return value === false || value === undefined
        ? ""
        : formatFloat(value / 100, { digits: [16, 2] });
}

export function parseFen(text) {
    return Math.round(parseFloat(text) * 100);
}

export class FenField extends Component {
    static template = "hospital_schedule.FenField";
    static props = { ...standardFieldProps };

    setup() {
        useInputField({
            getValue: () => this.formattedValue,
            refName: "numpadDecimal",
            parse: parseFen,
        });
        useNumpadDecimal();
    }

    get formattedValue() {
        return formatFen(this.props.record.data[this.props.name]);
    }
}

registry.category("fields").add("fen", {
    component: FenField,
    supportedTypes: ["integer"],
    isEmpty: () => false,
});
registry.category("formatters").add("fen", formatFen);
