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
        this.next = "";
        onMounted(() => this.focus());
    }

    get ready() {
        return this.state.answer.rows.filter((row) => row.ready);
    }

    focus() {
        this.inputRef.el?.focus();
        this.inputRef.el?.select();
    }

    /** A scanner does not wait: what it reads meanwhile is searched after the answer. */
    async onSubmit() {
        const text = this.state.text.trim();
        this.focus();
        if (this.state.busy) {
            this.next = text;
        } else if (text && text === this.state.searched && this.ready.length === 1) {
            await this.checkIn(this.ready[0].id);
        } else if (text) {
            await this.search(text);
        }
    }

    async search(text) {
        await this.ask("find", text, text);
    }

    async checkIn(id) {
        await this.ask("check_in", id, "");
    }

    /** Ask the server: its answer then stands for the text ``searched``, "" when all is done. */
    async ask(method, argument, searched) {
        if (this.state.busy) {
            return;
        }
        const typed = this.state.text;
        this.next = "";
        this.state.busy = true;
        try {
            const answer = await this.orm.call("hospital.desk", method, [argument]);
            Object.assign(this.state, { answer, searched });
        } finally {
            this.state.busy = false;
            if (this.state.text === typed) {
                this.focus(); // for the next scan; who types already is left alone
            }
        }
        if (!searched && this.state.text === typed) {
            this.state.text = "";
        }
        if (this.next && this.next !== searched) {
            await this.search(this.next);
        }
    }
}

registry.category("actions").add("hospital_booking.desk", HospitalDesk);
