/* Elements without a framework, and calls to the phone's own interface. */

/** Make an element: el("button.primary", {onclick}, "text", child). */
export function el(what, properties, ...children) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** Call the phone's interface; an error carries the sentence it answered. */
export async function call(method, path, content) {
  const answer = await fetch(`/api${path}`, {
    method,
    headers: content ? { "Content-Type": "application/json" } : {},
    body: content ? JSON.stringify(content) : undefined,
  });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.error || String(answer.status));
  }
  return body;
}

export function yuan(fen) {
  return `¥${(fen / 100).toFixed(2)}`;
}

export function clockTime(iso) {
  return iso.slice(5, 16).replace("T", " ");
}
