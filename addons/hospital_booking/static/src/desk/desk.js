import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const EMPTY = { sentence: "", kind: "info", rows: [], big: 0, blocked: "" };

/**
 * One input for scanner and keyboard: Enter searches, Enter again checks the only booking in.
 */
export class HospitalDesk extends Component {
    static template = "hospital_booking.Desk";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.inputRef = useRef("input");
        this.state = useState({ text: "", searched: "", busy: false, answer: EMPTY });
        onMounted(() => this.focus());
    }

    get ready() {
        return this.state.answer.rows.filter((row) => row.ready);
    }

    focus() {
        this.inputRef.el?.focus();
        this.inputRef.el?.select();
    }

    async onSubmit() {
        const text = this.state.text.trim();
        if (text && text === this.state.searched && this.ready.length === 1) {
            await this.checkIn(this.ready[0].id);
        } else if (text) {
            await this.ask("find", text);
            this.state.searched = text;
        }
    }

    async checkIn(id) {
        await this.ask("check_in", id);
        Object.assign(this.state, { text: "", searched: "" });
        this.focus();
    }

    async ask(method, argument) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            this.state.answer = await this.orm.call("hospital.desk", method, [argument]);
        } finally {
            this.state.busy = false;
            this.focus();
        }
    }
}

registry.category("actions").add("hospital_booking.desk", HospitalDesk);
