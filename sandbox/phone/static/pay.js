/* Scanning a code and showing one, alike in both apps. */
import { el, yuan } from "./dom.js";
import { paySheet, tell } from "./sheets.js";
import { openView } from "./view.js";
import { say } from "./words.js";

async function scanned(phone, app, text) {
  try {
    const found = await phone.call("POST", "/scan", { app, text });
    if (found.sheet) {
      await paySheet(phone, found.sheet);
    } else if (found.open) {
      openView(phone, app, found.open);
    } else if (found.chat) {
      await phone.refresh();
      phone.go("#/wechat/chat");
    } else {
      tell(say("result"), found.text);
    }
  } catch (error) {
    phone.fail(error);
  }
}

function around(phone, app, codes) {
  if (!codes.length) {
    return el("p.empty", {}, say("noCodes"));
  }
  const row = (one) => el(
    "li", {},
    el(
      "button", { type: "button", onclick: () => scanned(phone, app, one.text) },
      el("span", {}, one.title, el("small", {}, one.text)),
      one.amount_fen ? el("span", {}, yuan(one.amount_fen)) : "",
    ),
  );
  return el("ul.cells", {}, codes.map(row));
}

export function scanScreen(phone, app) {
  const input = el("input", { name: "content", autocomplete: "off", "aria-label": say("content") });
  const form = el("form.form", {}, el("p", {}, say("scanHelp")), input, el(`button.primary.${app}`, { type: "submit" }, say("open")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) {
      scanned(phone, app, input.value.trim());
    }
  });
  const found = el("section", { "aria-label": say("around") });
  return {
    title: say("scan"), body: [form, found],
    shown: async () => {
      try {
        found.replaceChildren(around(phone, app, await phone.call("GET", `/around?app=${app}`)));
      } catch (error) {
        phone.fail(error);
      }
    },
  };
}

export function codeScreen(phone, app) {
  const box = el("div.code");
  const load = async () => {
    try {
      const made = await phone.call("POST", "/code", { app });
      box.replaceChildren(
        el("p", {}, say("showCode")),
        el("img", { src: `data:image/svg+xml;base64,${made.qr}`, alt: say("payCode") }),
        el("p.digits", { id: "pay-code" }, made.code), el("p", {}, say("validFor")),
        el("button.plain", { type: "button", onclick: load }, say("newCode")),
      );
    } catch (error) {
      phone.fail(error);
    }
  };
  return { title: say("payCode"), body: box, shown: load };
}
