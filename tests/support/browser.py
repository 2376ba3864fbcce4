"""A real browser, and what can be seen of a page in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

# As root, without a GPU, and asking nobody for anything.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

# The texts that lie over one another by more than a hair: pairs of what they say. What a part of the
# page that scrolls hides is not seen.
OVERLAPS = """
() => {
  const shown = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const skipped = new Set(["SCRIPT", "STYLE", "TITLE", "NOSCRIPT"]);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || skipped.has(parent.tagName)) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const scroll = parent.closest(".scroll")?.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (scroll && (box.left > scroll.right || box.right < scroll.left)) continue;
      if (box.width > 1 && box.height > 1) shown.push({ said: text.data.trim(), text, box });
    }
  }
  const over = [];
  for (let i = 0; i < shown.length; i++) {
    for (let j = i + 1; j < shown.length; j++) {
      const a = shown[i], b = shown[j];
      if (a.text === b.text) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > 2 && high > 4) over.push([a.said, b.said]);
    }
  }
  return over;
}
"""


@dataclass
class Seen:
    """A page, with all that went wrong on it and all it asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._note)

    @property
    def overlaps(self) -> Any:
        """Pairs of texts that lie over one another."""
        return self.page.evaluate(OVERLAPS)

    @property
    def is_too_wide(self) -> bool:
        """Whether a reader would have to scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _note(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)


@contextmanager
def running() -> Iterator[Browser]:
    """Starts the system's Chromium."""
    program = shutil.which("chromium")
    assert program is not None, "these tests want a browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()
