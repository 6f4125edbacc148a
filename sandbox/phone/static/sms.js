/* Text messages, newest first. */
import { clockTime, el } from "./dom.js";
import { say } from "./words.js";

function list(phone) {
  const { sms } = phone.news;
  if (!sms.length) {
    return el("p.empty", {}, say("noSms"));
  }
  const row = (one) => [el("time", {}, clockTime(one.at)), el("div.bubble", {}, one.text)];
  return el("div.chat", { role: "log", tabindex: "0", "aria-label": say("sms") }, sms.flatMap(row));
}

function tellSeen(phone) {
  const { sms } = phone.news;
  if (sms.some((one) => !one.read)) {
    phone.call("POST", "/sms/read", { seen: sms.map((one) => one.id) }).catch(phone.fail);
  }
}

function redraw(phone) {
  document.getElementById("screen").replaceChildren(list(phone));
  tellSeen(phone);
}

export const smsScreens = {
  "/sms": (phone) => ({
    title: say("sms"), body: list(phone),
    refresh: () => redraw(phone), shown: () => tellSeen(phone),
  }),
};
