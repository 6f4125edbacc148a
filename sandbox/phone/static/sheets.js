/* What rises from the bottom: paying, confirming, being asked. */
import { el, yuan } from "./dom.js";
import { say } from "./words.js";

const asked = new Set();

function sheet(...content) {
  const dialog = el("dialog", {}, ...content);
  document.getElementById("sheets").append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/** Show a sentence until it is closed. */
export function tell(title, text) {
  const done = el("button.primary", { type: "button" }, say("done"));
  const dialog = sheet(el("h2", {}, title), el("p.what", {}, text || ""), el("div.buttons", {}, done));
  return new Promise((resolve) => {
    dialog.addEventListener("close", resolve);
    done.addEventListener("click", () => dialog.close());
  });
}

function head(order) {
  return [
    el("h2", {}, `${say("payTo")} ${order.merchant}`),
    el("p.amount", {}, yuan(order.amount_fen)),
    el("p.what", {}, order.description || ""),
  ];
}

/** Offer to pay, cancel or fail; return "paid", "cancelled" or "failed". */
export function paySheet(phone, order) {
  return new Promise((resolve) => {
    let outcome = "cancelled";
    const act = async (what) => {
      try {
        const answer = await phone.call("POST", "/pay", { app: order.app, token: order.token, outcome: what });
        outcome = answer.paid ? "paid" : what === "cancel" ? "cancelled" : "failed";
        dialog.close();
        if (what !== "cancel") {
          await tell(say(answer.paid ? "paid" : "notPaid"), answer.paid ? yuan(order.amount_fen) : answer.text);
        }
      } catch (error) {
        outcome = "failed";
        dialog.close();
        await tell(say("notPaid"), error.message);
      }
      resolve(outcome);
    };
    const button = (kind, word, what) => el(`button.${kind}`, { type: "button", onclick: () => act(what) }, say(word));
    const dialog = sheet(
      ...head(order),
      el(
        "div.buttons", {}, button(`primary.${order.app}`, "pay", "pay"),
        el("div.pair", {}, button("plain", "wrongPassword", "wrong_password"), button("plain", "short", "short")),
        button("plain", "cancel", "cancel"),
      ),
    );
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); act("cancel"); });
  });
}

/** Ask about each payment that waits for this person (a cashier scanned the code). */
export function askConfirmations(phone) {
  for (const order of phone.news.confirmations) {
    const key = `${order.app}:${order.token}`;
    if (asked.has(key)) {
      continue;
    }
    asked.add(key);
    const answer = async (yes) => {
      dialog.close();
      try {
        await phone.call("POST", "/confirm", { app: order.app, token: order.token, yes });
        await tell(say(yes ? "paid" : "notPaid"), yes ? yuan(order.amount_fen) : "");
      } catch (error) {
        phone.fail(error);
      }
    };
    const dialog = sheet(
      ...head(order), el("p.what", {}, say("asksYou")),
      el(
        "div.buttons", {},
        el(`button.primary.${order.app}`, { type: "button", onclick: () => answer(true) }, say("confirm")),
        el("button.plain", { type: "button", onclick: () => answer(false) }, say("refuse")),
      ),
    );
  }
}

/** Ask whether notices may be sent; return the templates that were accepted. */
export function subscribeSheet(templates) {
  return new Promise((resolve) => {
    const choose = (yes) => { dialog.close(); resolve(yes ? templates.map((one) => one.id) : []); };
    const dialog = sheet(
      el("h2", {}, say("subscribeTitle")),
      el("ul", {}, templates.map((one) => el("li", {}, one.title))),
      el(
        "div.buttons", {},
        el("button.primary", { type: "button", onclick: () => choose(true) }, say("allow")),
        el("button.plain", { type: "button", onclick: () => choose(false) }, say("deny")),
      ),
    );
  });
}
