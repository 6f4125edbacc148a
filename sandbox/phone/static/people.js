/* All phones side by side: who is shown is remembered. */
import { call, el } from "./dom.js";
import { markLanguage, say, switchLanguage } from "./words.js";

const SHOWN = "phones-shown";
const phones = document.getElementById("phones");
const who = document.getElementById("who");
const dialog = document.getElementById("new");

function shown() {
  return JSON.parse(localStorage.getItem(SHOWN) || "null");
}

function keep(ids) {
  localStorage.setItem(SHOWN, JSON.stringify(ids));
}

function frame(person) {
  const title = person.name + say("phoneOf");
  return el(
    "section.phone", { id: `phone-${person.id}` },
    el("h2", {}, title),
    el("iframe", { src: `/p/${person.id}`, title, allow: "clipboard-read; clipboard-write" }),
  );
}

function toggle(person, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  const now = document.getElementById(`phone-${person.id}`);
  if (on && !now) {
    phones.append(frame(person));
  } else if (!on && now) {
    now.remove();
  }
  keep([...phones.children].map((one) => one.id.slice("phone-".length)));
}

function chip(person, on) {
  const button = el("button", { type: "button", "aria-pressed": String(on) }, person.name);
  button.addEventListener("click", () => toggle(person, button));
  return button;
}

async function show() {
  const people = await call("GET", "/people");
  const wanted = shown() || people.slice(0, 2).map((person) => person.id);
  who.replaceChildren(...people.map((person) => chip(person, wanted.includes(person.id))));
  phones.replaceChildren(...people.filter((person) => wanted.includes(person.id)).map(frame));
}

async function add(event) {
  event.preventDefault();
  const form = dialog.querySelector("form");
  try {
    const person = await call("POST", "/people", Object.fromEntries(new FormData(form)));
    keep([...(shown() || []), person.id]);
    dialog.close();
    await show();
  } catch (error) {
    document.getElementById("new-error").textContent = error.message;
  }
}

function label(id, word) {
  document.getElementById(id).textContent = say(word);
}

markLanguage();
for (const [id, word] of Object.entries({
  title: "phones", add: "addPerson", language: "other", "new-title": "addPerson", "label-name": "name",
  "label-mobile": "mobile", "label-number": "idNumber", "new-cancel": "cancel", "new-save": "save",
})) {
  label(id, word);
}
document.getElementById("language").addEventListener("click", switchLanguage);
document.getElementById("add").addEventListener("click", () => dialog.showModal());
document.getElementById("new-cancel").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", add);
show();
