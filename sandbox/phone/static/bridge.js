/* What the app puts into every page: WeixinJSBridge in WeChat, AlipayJSBridge in Alipay.
   The phone around the frame does the work; this only carries questions and answers. */
(function () {
  "use strict";
  const label = location.hostname.split(".")[0].split("-");
  const app = label[1];
  const agents = {
    wx: "Mozilla/5.0 (Linux; Android 14; Sandbox Build/1; wv) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50.2701 NetType/WIFI Language/zh_CN",
    ali: "Mozilla/5.0 (Linux; Android 14; Sandbox) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36 AliApp(AP/10.6.0.8000) AlipayClient/10.6.0.8000 Language/zh-Hans",
  };
  const waiting = new Map();
  let last = 0;

  if (agents[app]) {
    Object.defineProperty(navigator, "userAgent", { get: () => agents[app] });
  }

  function ask(kind, content, answer) {
    last += 1;
    if (answer) {
      waiting.set(last, answer);
    }
    const message = { phone: 1, id: last, kind, content, url: location.href.split("#")[0] };
    window.parent.postMessage(message, "*");
  }

  window.addEventListener("message", (event) => {
    const isPhone = /^http:\/\/([a-z0-9-]+\.)*(localhost|127\.0\.0\.1)(:\d+)?$/.test(event.origin);
    if (!isPhone || event.source !== window.parent || !event.data || event.data.phone !== 2) {
      return;
    }
    const answer = waiting.get(event.data.id);
    waiting.delete(event.data.id);
    if (answer) {
      answer(event.data.content);
    }
  });

  function ready(name) {
    document.dispatchEvent(new Event(name));
  }

  if (app === "wx") {
    window.WeixinJSBridge = {
      invoke: (name, content, answer) => ask(name, content || {}, answer),
      call: (name) => ask(name, {}),
      on: () => {},
      log: () => {},
    };
    document.addEventListener("DOMContentLoaded", () => ready("WeixinJSBridgeReady"));
  }
  if (app === "ali") {
    window.AlipayJSBridge = {
      call: (name, content, answer) =>
        typeof content === "function" ? ask(name, {}, content) : ask(name, content || {}, answer),
    };
    document.addEventListener("DOMContentLoaded", () => ready("AlipayJSBridgeReady"));
  }
  ask("opened", { title: document.title });
  document.addEventListener("DOMContentLoaded", () => ask("titled", { title: document.title }));
})();
