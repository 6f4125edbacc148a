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

export const smsScreens = {
  "/sms": (phone) => ({
    title: say("sms"), body: list(phone),
    refresh: () => document.getElementById("screen").replaceChildren(list(phone)),
    shown: () => phone.call("POST", "/sms/read", {}).catch(phone.fail),
  }),
};
