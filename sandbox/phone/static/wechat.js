/* WeChat: the account's chat with its menu, scanning, the payment code. */
import { clockTime, el } from "./dom.js";
import { codeScreen, scanScreen } from "./pay.js";
import { openView } from "./view.js";
import { say } from "./words.js";

function cell(text, small, path, phone) {
  const label = el("span", {}, text, small ? el("small", {}, small) : "");
  return el("li", {}, el("button", { type: "button", onclick: () => phone.go(path) }, label));
}

function overview(phone) {
  const { wechat } = phone.news;
  const last = wechat.messages.at(-1);
  const account = wechat.account ? wechat.account.name : "";
  return el(
    "ul.cells", {},
    account ? cell(account, last ? last.title || last.text : say("noMessages"), "#/wechat/chat", phone) : "",
    cell(say("scan"), "", "#/wechat/scan", phone),
    cell(say("payCode"), "", "#/wechat/code", phone),
  );
}

function line(one) {
  return [el("dt", {}, one.label), el("dd", {}, one.value)];
}

function message(one, phone) {
  const open = one.url
    ? el("button", { type: "button", onclick: () => openView(phone, "wx", one.url) }, say("details"))
    : "";
  if (one.mine || one.kind === "text") {
    return el(one.mine ? "div.bubble.me" : "div.bubble", {}, one.text);
  }
  return el(
    "article.card", {}, el("h2", {}, one.title), one.text ? el("p", {}, one.text) : "",
    one.lines.length ? el("dl", {}, one.lines.flatMap(line)) : "", open,
  );
}

function history(phone) {
  const { messages } = phone.news.wechat;
  if (!messages.length) {
    return [el("p.empty", {}, say("noMessages"))];
  }
  return messages.flatMap((one) => [el("time", {}, clockTime(one.at)), message(one, phone)]);
}

async function choose(phone, entry) {
  try {
    const answer = await phone.call("POST", "/wechat/menu", { position: entry.position });
    if (answer.open) {
      openView(phone, "wx", answer.open);
    }
    await phone.refresh();
  } catch (error) {
    phone.fail(error);
  }
}

function entry(phone, one) {
  if (!one.entries.length) {
    return el("div", {}, el("button", { type: "button", onclick: () => choose(phone, one) }, one.name));
  }
  const list = el(
    "div.submenu", { hidden: true },
    one.entries.map((kid) => el("button", { type: "button", onclick: () => choose(phone, kid) }, kid.name)),
  );
  const button = el("button", { type: "button", "aria-expanded": "false" }, one.name);
  button.addEventListener("click", () => {
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  });
  return el("div", {}, list, button);
}

function writing(phone) {
  const input = el("input", { name: "text", "aria-label": say("message"), maxlength: 600, autocomplete: "off" });
  const form = el("form.writing", {}, input, el("button.primary", { type: "submit" }, say("send")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!input.value.trim()) {
      return;
    }
    try {
      await phone.call("POST", "/wechat/send", { text: input.value });
      input.value = "";
      await phone.refresh();
    } catch (error) {
      phone.fail(error);
    }
  });
  return form;
}

async function follow(phone, on) {
  try {
    await phone.call("POST", on ? "/wechat/follow" : "/wechat/unfollow", {});
    await phone.refresh();
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } catch (error) {
    phone.fail(error);
  }
}

function chat(phone) {
  const { wechat } = phone.news;
  if (!wechat.account?.followed) {
    const button = el("button.primary", { type: "button", onclick: () => follow(phone, true) }, say("follow"));
    const asked = el("div.empty", {}, el("p", {}, say("notFollowing")), button);
    return wechat.messages.length ? [...list(phone), asked] : asked;
  }
  return [...list(phone), writing(phone), el("nav.menu", { "aria-label": say("menu") }, wechat.menu.map((one) => entry(phone, one)))];
}

function list(phone) {
  return [el("div.chat", { role: "log", tabindex: "0", "aria-label": say("message") }, history(phone))];
}

function refreshChat(phone) {
  const box = document.querySelector(".chat");
  if (!box) {
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    return;
  }
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 40;
  box.replaceChildren(...history(phone));
  if (atEnd) {
    box.scrollTop = box.scrollHeight;
  }
  tellSeen(phone);
}

function readChat(phone) {
  const box = document.querySelector(".chat");
  if (box) {
    box.scrollTop = box.scrollHeight;
  }
  tellSeen(phone);
}

/* Up to what is on the screen: what arrives meanwhile was not seen. */
function tellSeen(phone) {
  const { messages, unread } = phone.news.wechat;
  if (unread && messages.length) {
    phone.call("POST", "/wechat/read", { last: messages.at(-1).id }).catch(phone.fail);
  }
}

export const wechatScreens = {
  "/wechat": (phone) => ({
    title: say("wechat"), body: overview(phone),
    refresh: () => document.querySelector(".cells")?.replaceWith(overview(phone)),
  }),
  "/wechat/chat": (phone) => ({
    title: phone.news.wechat.account?.name || say("wechat"), body: chat(phone),
    refresh: refreshChat, shown: () => readChat(phone),
  }),
  "/wechat/scan": (phone) => scanScreen(phone, "wx"),
  "/wechat/code": (phone) => codeScreen(phone, "wx"),
};
