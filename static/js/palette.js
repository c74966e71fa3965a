// Ctrl K or Cmd K opens one field that finds anything; arrows choose, Enter goes.

const WAIT = 120; // ms after the last key

class FindAnything extends HTMLElement {
  connectedCallback() {
    this.dialog = this.closest("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.status = this.querySelector("[role=status]");
    this.asked = 0;
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT);
    });
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.querySelector("form").addEventListener("submit", (event) => {
      const chosen = this.chosen();
      if (!chosen) return;
      event.preventDefault();
      chosen.click();
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  open() {
    if (this.dialog.open) return this.dialog.close();
    if (document.querySelector("dialog[open]")) return undefined;
    this.dialog.showModal();
    this.input.select();
    return this.ask();
  }

  /** Fetch what fits; an answer that comes after a later question is not shown. */
  async ask() {
    const number = ++this.asked;
    const query = new URLSearchParams({ q: this.input.value, part: "results" });
    let html;
    try {
      const answer = await fetch(`${this.dataset.source}?${query}`, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      html = await answer.text();
    } catch {
      if (number === this.asked) this.say(this.dataset.failed);
      return;
    }
    if (number === this.asked) this.show(html);
  }

  show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    this.list.replaceChildren(...page.body.children);
    for (const [index, group] of this.list.querySelectorAll(".found").entries()) {
      const heading = group.querySelector(".found-kind");
      heading.id = `palette-kind-${index}`;
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", heading.id);
      for (const holder of group.querySelectorAll("ul, li")) holder.setAttribute("role", "presentation");
    }
    for (const [index, link] of this.links().entries()) {
      link.id = `palette-option-${index}`;
      link.tabIndex = -1;
      link.setAttribute("role", "option");
      link.addEventListener("pointermove", () => this.choose(link));
    }
    const count = this.links().length;
    this.choose(this.links()[0]);
    this.status.textContent = count ? this.dataset.count.replace("{count}", count) : this.dataset.none;
  }

  say(words) {
    const note = document.createElement("p");
    note.className = "lines-none";
    note.textContent = words;
    this.list.replaceChildren(note);
    this.status.textContent = words;
    this.choose();
  }

  links() {
    return [...this.list.querySelectorAll("a")];
  }

  chosen() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  choose(link) {
    for (const each of this.links()) each.setAttribute("aria-selected", String(each === link));
    if (link) this.input.setAttribute("aria-activedescendant", link.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    event.preventDefault();
    const links = this.links();
    if (!links.length) return;
    const next = links[(links.indexOf(this.chosen()) + step + links.length) % links.length];
    this.choose(next);
    next.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("find-anything", FindAnything);

const palette = document.querySelector("find-anything");
const onMac = /Mac|iPhone|iPad/.test(navigator.platform);
for (const key of document.querySelectorAll("[data-command-key]")) {
  key.textContent = onMac ? `⌘ ${key.dataset.commandKey}` : `Ctrl ${key.dataset.commandKey}`;
  key.hidden = false;
}
for (const link of document.querySelectorAll("[data-palette]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !palette) return;
    event.preventDefault();
    document.getElementById("bar")?.hidePopover?.();
    palette.open();
  });
}
// Before the editor sees the key: on a Mac it would delete the rest of the line.
document.addEventListener(
  "keydown",
  (event) => {
    if (document.documentElement.dataset.keys === "off") return;
    const command = onMac ? event.metaKey : event.ctrlKey;
    if (!command || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k" || !palette) return;
    event.preventDefault();
    event.stopPropagation();
    palette.open();
  },
  { capture: true },
);
