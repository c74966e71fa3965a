// Lines of a menu can be moved by buttons; the position selects remain what the form sends.

/** The lines of a menu in one card. */
class MenuLines extends HTMLElement {
  connectedCallback() {
    this.lines().forEach((line) => this.prepare(line));
    this.addEventListener("change", (event) => {
      const line = event.target.closest(".menu-line");
      if (event.target.name?.endsWith("-depth")) indent(line);
      if (event.target.name?.endsWith("-target")) askForAddress(line);
    });
  }

  lines() {
    return [...this.querySelectorAll(".menu-line")];
  }

  prepare(line) {
    const row = document.createElement("div");
    row.className = "row menu-line-move";
    askForAddress(line);
    for (const [words, drawing, step] of [
      [this.dataset.up, "up", -1],
      [this.dataset.down, "down", 1],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-quiet button-icon";
      button.setAttribute("aria-label", words);
      button.title = words;
      button.append(drawn(drawing));
      button.addEventListener("click", () => {
        this.move(line, step);
        button.focus();
      });
      row.append(button);
    }
    line.querySelector(".menu-line-flags").after(row);
  }

  move(line, step) {
    const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(line);
    else other.after(line);
    this.lines().forEach((each, index) => {
      const position = each.querySelector('[name$="-position"]');
      if (position) position.value = String(index + 1);
    });
    line.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function indent(line) {
  const depth = line.querySelector('[name$="-depth"]').value;
  line.className = `menu-line depth-${depth}`;
}

/** An address is asked for only where a line leads to one. */
function askForAddress(line) {
  const wanted = line.querySelector('[name$="-target"]').value === "url";
  line.querySelector('[name$="-url"]').closest(".field").classList.toggle("field-unused", !wanted);
}

function drawn(name) {
  const svg = document.querySelector("svg.icon").cloneNode(true);
  const use = svg.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
  svg.setAttribute("class", "icon");
  return svg;
}

customElements.define("menu-lines", MenuLines);
