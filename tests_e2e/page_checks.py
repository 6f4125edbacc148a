"""What a page is measured with: axe, our own sizes, and the bytes it costs."""

import gzip
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".hospital" / "node" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Least text and target in pixels; axe knows neither.
LEAST = {False: {"font": 14, "target": 44}, True: {"font": 18, "target": 60}}

VIOLATIONS = """
(rules) => axe.run(document, {runOnly: rules}).then((result) =>
  result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 90)).join(" | ")}`))
"""
#: Texts too small, targets too small, sideways scrolling; hidden helpers for readers aside.
SIZES = """
({font, target}) => {
  const bad = [];
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    return box.width && box.height && !node.closest(".vh, .skip, svg, script") && box;
  };
  for (const node of document.querySelectorAll("body *")) {
    const text = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (text && shown(node) && size < font - 0.05)
      bad.push(`text ${size} px: ${node.textContent.trim().slice(0, 20)}`);
  }
  const targets = "a, button, input:not([type=hidden]), select, textarea, summary";
  for (const node of document.querySelectorAll(targets)) {
    const box = shown(node.closest("label") || node);
    if (box && (box.height < target - 0.5 || box.width < target - 0.5))
      bad.push(`target ${box.width} x ${box.height}: ${node.textContent.trim().slice(0, 20)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push("scrolls sideways");
  return [...new Set(bad)];
}
"""


def problems(page, elder=False):
    """Return what is wrong with the page for people: axe's findings and our own."""
    page.evaluate(AXE.read_text())
    return page.evaluate(VIOLATIONS, RULES) + page.evaluate(SIZES, LEAST[elder])


class Meter:
    """Counts what a browser fetches for a page, compressed as the production front does."""

    def __init__(self, page):
        self.page = page
        self.answers = []
        page.on("response", lambda answer: self.answers.append(answer))

    def open(self, address):
        """Open a page and return {"html", "css", "js": bytes, "requests": number, "photos"}."""
        self.answers.clear()
        self.page.goto(address, wait_until="networkidle")
        fetched = [one for one in self.answers if not one.url.startswith("data:")]
        photos = [one for one in fetched if one.url.endswith("/photo")]
        return {
            "html": self._bytes(fetched, "document"),
            "css": self._bytes(fetched, "stylesheet"),
            "js": self._bytes(fetched, "script"),
            "requests": len(fetched) - len(photos),
            "photos": sum(len(one.body()) for one in photos),
            "hosts": sorted({"/".join(one.url.split("/")[:3]) for one in fetched}),
        }

    def _bytes(self, fetched, kind):
        bodies = [one.body() for one in fetched if one.request.resource_type == kind]
        return sum(len(gzip.compress(body)) for body in bodies)
