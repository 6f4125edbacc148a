/* Alipay: scanning and the payment code. */
import { el } from "./dom.js";
import { codeScreen, scanScreen } from "./pay.js";
import { say } from "./words.js";

function cell(word, path, phone) {
  return el("li", {}, el("button", { type: "button", onclick: () => phone.go(path) }, say(word)));
}

export const aliScreens = {
  "/alipay": (phone) => ({
    title: say("alipay"),
    body: el("ul.cells", {}, cell("scan", "#/alipay/scan", phone), cell("payCode", "#/alipay/code", phone)),
  }),
  "/alipay/scan": (phone) => scanScreen(phone, "ali"),
  "/alipay/code": (phone) => codeScreen(phone, "ali"),
};
