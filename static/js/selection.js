// Selecting rows of a list: the bar appears with the first one and says how many there are.

/** The bar below a list, and the check boxes of its rows. */
class ListSelection extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.count = this.querySelector(".bulk-count");
    this.all = this.form?.elements.namedItem("all");
    if (!this.form || this.whole) return;
    this.addHead();
    this.last = null;
    this.pressed = (event) => this.press(event);
    this.changed = () => this.show();
    this.list = this.closest("#list") ?? document;
    this.list.addEventListener("click", this.pressed);
    this.list.addEventListener("change", this.changed);
    // Coming back to a page the browser ticks the boxes again, after this has run.
    window.addEventListener("pageshow", this.changed);
    this.show();
  }

  disconnectedCallback() {
    this.list?.removeEventListener("click", this.pressed);
    this.list?.removeEventListener("change", this.changed);
    window.removeEventListener("pageshow", this.changed);
  }

  get boxes() {
    return [...this.list.querySelectorAll('input[name="id"][form="bulk"]')];
  }

  /** One box above the others, for all rows of the page. */
  addHead() {
    const head = document.querySelector("#list th.cell-check");
    if (!head) return;
    this.whole = document.createElement("input");
    this.whole.type = "checkbox";
    this.whole.setAttribute("aria-label", this.dataset.whole);
    const label = document.createElement("label");
    label.className = "check-cell";
    label.append(this.whole);
    head.append(label);
    this.whole.addEventListener("change", () => {
      for (const box of this.boxes) box.checked = this.whole.checked;
      if (!this.whole.checked && this.all) this.all.checked = false;
      this.show();
    });
  }

  /** With Shift held, by mouse or keyboard, all rows from the last one pressed on change alike. */
  press(event) {
    const box = event.target.closest?.('input[name="id"]');
    if (!box) return;
    const boxes = this.boxes;
    const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((one, other) => one - other);
    if (event.shiftKey && this.last && from >= 0) {
      for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
      this.show();
    }
    this.last = box;
  }

  show() {
    const boxes = this.boxes;
    const chosen = boxes.filter((box) => box.checked);
    const every = this.all?.checked ?? false;
    const total = Number(this.dataset.total);
    const number = every ? total : chosen.length;
    this.toggleAttribute("data-shown", number > 0);
    const words = number === 1 ? this.dataset.one : this.dataset.many;
    this.count.textContent = number > 0 ? words.replace("{n}", number.toLocaleString(document.documentElement.lang)) : "";
    if (this.whole) {
      this.whole.checked = boxes.length > 0 && chosen.length === boxes.length;
      this.whole.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    for (const box of boxes) box.closest("tr")?.classList.toggle("row-selected", box.checked || every);
  }
}

customElements.define("list-selection", ListSelection);
