/* Pictures of the home screen, drawn here. */
const SHAPES = {
  wechat: '<path d="M13 6C7 6 3 9.6 3 14c0 2.6 1.4 4.8 3.6 6.3L6 23l3.4-1.7c1.1.3 2.3.5 3.6.5"/><path d="M20 13c-5 0-9 3.1-9 7s4 7 9 7c1.1 0 2.1-.1 3-.4l3 1.4-.6-2.4C27.6 24.3 29 22.3 29 20c0-3.9-4-7-9-7z"/>',
  alipay: '<path d="M6 9h20M16 5v4M9 14h14c-1.5 5-6 9-13 11"/><path d="M9 21c0-2.5 2-4 5-3.5 4 .7 8 3.5 13 6"/>',
  sms: '<path d="M5 8h22v14H13l-5 4v-4H5z"/><path d="M10 13h12M10 17h8"/>',
  browser: '<circle cx="16" cy="16" r="11"/><path d="M5 16h22M16 5c4 3 4 19 0 22M16 5c-4 3-4 19 0 22"/>',
};

/** Return an app's picture. */
export function icon(name) {
  const holder = document.createElement("template");
  holder.innerHTML =
    '<svg viewBox="0 0 32 32" width="40" height="40" fill="none" stroke="currentColor" stroke-width="2" ' +
    `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPES[name]}</svg>`;
  return holder.content.firstChild;
}
