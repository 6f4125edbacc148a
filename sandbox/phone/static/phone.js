/* One person's phone: which screen is shown, and news from the server. */
import { call, el } from "./dom.js";
import { aliScreens } from "./alipay.js";
import { icon } from "./icons.js";
import { askConfirmations } from "./sheets.js";
import { smsScreens } from "./sms.js";
import { browserScreens, closeView, viewScreens } from "./view.js";
import { wechatScreens } from "./wechat.js";
import { markLanguage, say } from "./words.js";

const REFRESH_MILLISECONDS = 1500;
const person = location.pathname.split("/")[2];
const bar = document.getElementById("bar");
const heading = document.getElementById("heading");
const screen = document.getElementById("screen");
const notice = document.getElementById("notice");

/** What screens share: who, the latest news, and how to go on. */
export const phone = {
  person,
  news: { wechat: { messages: [], menu: [] }, sms: [], confirmations: [] },
  call: (method, path, content) => call(method, `/p/${person}${path}`, content),
  go: (path) => { location.hash = path; },
  fail: (error) => { notice.textContent = say("failed") + error.message; },
};

const screens = { ...wechatScreens, ...aliScreens, ...smsScreens, ...browserScreens, ...viewScreens };
let current = null;

function app(path, kind, count) {
  const badge = count ? el("span.badge", { "aria-label": `${count} ${say("unread")}` }, String(count)) : "";
  return el(
    "button.app", { type: "button", onclick: () => phone.go(path) },
    el(`span.icon.${kind}`, {}, icon(kind)), say(kind), badge,
  );
}

function home() {
  const { wechat, sms } = phone.news;
  return el(
    "nav.home", { "aria-labelledby": "home-heading" },
    el("h1.hidden", { id: "home-heading" }, say("home")),
    app("#/wechat", "wechat", wechat.unread),
    app("#/alipay", "alipay", 0),
    app("#/sms", "sms", sms.filter((one) => !one.read).length),
    app("#/browser", "browser", 0),
  );
}

function draw() {
  const [path, query] = location.hash.slice(1).split("?");
  const make = screens[path];
  notice.textContent = "";
  current = make ? make(phone, new URLSearchParams(query)) : { title: "", body: home(), refresh: redrawHome };
  bar.hidden = !make;
  heading.textContent = current.title;
  document.body.dataset.app = path.split("/")[1] || "home";
  screen.replaceChildren(...[current.body].flat());
  current.shown?.();
  if (make) {
    heading.focus({ preventScroll: true });
  }
}

function redrawHome() {
  screen.replaceChildren(home());
}

/* What is drawn anew under a finger loses its tap: news wait until it is lifted. */
function isPressed() {
  return screen.matches(":active");
}

async function refresh() {
  try {
    const news = await phone.call("GET", "");
    const changed = JSON.stringify(news) !== JSON.stringify(phone.news);
    document.getElementById("time").textContent = news.now.slice(11, 16);
    if (notice.textContent === say("offline")) {
      notice.textContent = "";
    }
    if (changed && !isPressed()) {
      phone.news = news;
      document.getElementById("owner").textContent = news.name;
      document.title = news.name + say("phoneOf");
      askConfirmations(phone);
      current?.refresh?.(phone);
    }
  } catch {
    notice.textContent = say("offline");
  }
  setTimeout(refresh, REFRESH_MILLISECONDS);
}

phone.refresh = async () => {
  phone.news = await phone.call("GET", "");
  current?.refresh?.(phone);
};

markLanguage();
document.getElementById("back").setAttribute("aria-label", say("back"));
document.getElementById("closing").setAttribute("aria-label", say("close"));
document.getElementById("back").addEventListener("click", () => history.back());
document.getElementById("closing").addEventListener("click", () => { closeView(); phone.go("#/"); });
window.addEventListener("hashchange", draw);
draw();
refresh();
