/* The web view: a page in a frame, and what the page asks its app for. */
import { el } from "./dom.js";
import { paySheet, subscribeSheet, tell } from "./sheets.js";
import { say } from "./words.js";

const HOME = "http://127.0.0.1:8069/h5/";
let frame = null;
let owner = null;
let shownApp = "web";

/** Open a page in an app of this person. */
export async function openView(phone, app, url) {
  try {
    const { address } = await phone.call("POST", "/open", { app, url });
    phone.go(`#/view?app=${app}&address=${encodeURIComponent(address)}`);
  } catch (error) {
    phone.fail(error);
  }
}

export function closeView() {
  frame?.remove();
  frame = null;
}

function isOurs(address) {
  return /^http:\/\/\d+-(wx|ali|web)-[a-z0-9]+\.phone\.localhost(:\d+)?\//.test(address);
}

function view(phone, query) {
  const address = query.get("address") || "";
  closeView();
  if (isOurs(address)) {
    owner = phone;
    shownApp = query.get("app");
    frame = el("iframe.web", { src: address, title: say("browser"), allow: "geolocation" });
  }
  return { title: say(shownApp === "wx" ? "wechat" : shownApp === "ali" ? "alipay" : "browser"), body: frame || "" };
}

function answer(event, content) {
  event.source.postMessage({ phone: 2, id: event.data.id, content }, event.origin);
}

async function payAnswer(sheet) {
  const outcome = await paySheet(owner, sheet);
  return sheet.answers[outcome];
}

async function serve(event) {
  const { kind, content, url } = event.data;
  if (kind === "titled" || kind === "opened") {
    document.getElementById("heading").textContent = content.title || say("browser");
    return;
  }
  if (["closeWindow", "exitApp", "popWindow"].includes(kind)) {
    closeView();
    owner.go(shownApp === "wx" ? "#/wechat/chat" : "#/");
    return;
  }
  const made = await owner.call("POST", "/bridge", { app: shownApp, kind, content, url });
  if (made.sheet) {
    answer(event, await payAnswer(made.sheet));
  } else if (made.subscribe) {
    const accepted = await subscribeSheet(made.subscribe);
    answer(event, await owner.call("POST", "/subscribe", { asked: made.subscribe.map((one) => one.id), accepted }));
  } else {
    if (made.tell) {
      await tell(say("place"), made.tell);
    }
    answer(event, made.answer);
  }
}

window.addEventListener("message", (event) => {
  if (!frame || event.source !== frame.contentWindow || !event.data || event.data.phone !== 1) {
    return;
  }
  serve(event).catch((error) => {
    owner.fail(error);
    answer(event, { err_msg: `${event.data.kind}:fail ${error.message}` });
  });
});

function browser(phone) {
  const input = el("input", { name: "address", value: HOME, inputmode: "url", "aria-label": say("address"), autocomplete: "off" });
  const form = el("form.form", {}, input, el("button.primary", { type: "submit" }, say("open")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    openView(phone, "web", input.value.trim());
  });
  return { title: say("browser"), body: form };
}

export const viewScreens = { "/view": view };
export const browserScreens = { "/browser": browser };
