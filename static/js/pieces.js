// Small elements that every page may hold. Each improves something that already works without it.

/** The address of an icon in the sprite, taken from one that the page already shows. */
function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const known = document.querySelector("svg.icon use")?.getAttribute("href") ?? "";
  const svg = document.createElementNS(namespace, "svg");
  const use = document.createElementNS(namespace, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

/** A password field that can be read while typing. */
class RevealPassword extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-icon";
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-label", shown ? this.dataset.hide : this.dataset.show);
      button.replaceChildren(icon(shown ? "eye-off" : "eye"));
    };
    button.addEventListener("click", () => show(input.type === "password"));
    input.form?.addEventListener("submit", () => show(false));
    show(false);
    this.append(button);
  }
}

/** A comma separated text field shown as pills; the text itself is what the form sends. */
class TagInput extends HTMLElement {
  connectedCallback() {
    this.source = this.querySelector("input");
    if (!this.source || this.querySelector(".tags")) return;
    this.names = split(this.source.value);
    this.box = document.createElement("div");
    this.box.className = "tags";
    this.entry = document.createElement("input");
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.source.hasAttribute(name)) this.entry.setAttribute(name, this.source.getAttribute(name));
    }
    this.entry.id = this.source.id;
    this.entry.setAttribute("list", this.dataset.known);
    this.entry.autocomplete = "off";
    this.source.removeAttribute("id");
    this.source.type = "hidden";
    this.box.append(this.entry);
    this.append(this.box);
    if (this.source.hasAttribute("autofocus")) {
      this.source.removeAttribute("autofocus");
      this.entry.autofocus = true;
      this.entry.focus();
    }
    this.entry.addEventListener("keydown", (event) => this.pressed(event));
    this.entry.addEventListener("input", (event) => this.typed(event));
    this.entry.addEventListener("blur", () => this.take());
    this.box.addEventListener("click", (event) => {
      if (event.target === this.box) this.entry.focus();
    });
    this.draw();
  }

  pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && this.entry.value.trim()) {
      event.preventDefault();
      this.take();
    } else if (event.key === "Backspace" && !this.entry.value && this.names.length) {
      this.change(this.names.slice(0, -1));
    }
  }

  typed(event) {
    const chosen = event.inputType === "insertReplacementText" || !("inputType" in event);
    clearTimeout(this.timer);
    if (chosen || /[,，、]/u.test(this.entry.value)) return this.take();
    const list = document.getElementById(this.dataset.known);
    if (this.dataset.href && list) {
      this.timer = setTimeout(() => offer(this, list, this.entry.value), 150);
    }
    return undefined;
  }

  take() {
    const typed = split(this.entry.value);
    this.entry.value = "";
    if (typed.length) this.change([...this.names, ...typed]);
  }

  change(names) {
    const seen = new Set();
    this.names = names.filter((name) => {
      const key = name.toLocaleLowerCase();
      return seen.has(key) ? false : seen.add(key);
    });
    this.source.value = this.names.join(", ");
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
    this.draw();
  }

  draw() {
    this.box.querySelectorAll(".tag").forEach((tag) => tag.remove());
    for (const name of this.names) {
      const tag = document.createElement("span");
      tag.className = "tag";
      const remove = document.createElement("button");
      remove.type = "button";
      remove.setAttribute("aria-label", this.dataset.remove.replace("{name}", name));
      remove.append(icon("close"));
      remove.addEventListener("click", () => {
        this.change(this.names.filter((other) => other !== name));
        this.entry.focus();
      });
      tag.append(name, remove);
      this.entry.before(tag);
    }
  }
}

/** A text field whose names to offer come from the server while one types. */
class ChoiceList extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const list = this.querySelector("datalist");
    if (!input || !list || !this.dataset.href) return;
    let timer;
    input.addEventListener("input", (event) => {
      // A name that was chosen needs no further offers.
      const chosen = event.inputType === "insertReplacementText" || !("inputType" in event);
      clearTimeout(timer);
      if (chosen) input.dispatchEvent(new Event("change", { bubbles: true }));
      else timer = setTimeout(() => offer(this, list, input.value), 150);
    });
  }
}

/** Fill a list with the names that the server knows for what was typed. */
async function offer(holder, list, typed) {
  holder.asking?.abort();
  holder.asking = new AbortController();
  const href = new URL(holder.dataset.href, location.href);
  href.searchParams.set("q", typed);
  try {
    const answer = await fetch(href, { signal: holder.asking.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const names = await answer.json();
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
  } catch {
    // What was offered before stays; any name may be typed all the same.
  }
}

function split(text) {
  return text
    .split(/[,，、]/u)
    .map((name) => name.trim())
    .filter(Boolean);
}

/** How many characters a field holds, against what is best. */
class CharacterCount extends HTMLElement {
  connectedCallback() {
    const field = document.getElementById(this.dataset.for);
    const limit = Number(this.dataset.limit);
    if (!field) return;
    const count = () => {
      const length = [...field.value].length;
      this.textContent = `${length} / ${limit}`;
      this.toggleAttribute("data-over", length > limit);
    };
    field.addEventListener("input", count);
    count();
  }
}

/** Messages that lie above the page; those without an act leave by themselves. */
class ToastStack extends HTMLElement {
  connectedCallback() {
    const toasts = [...this.querySelectorAll(".toast")];
    for (const toast of toasts) {
      this.prepare(toast);
      toast.hidden = true;
    }
    // What stands in a page when it comes is not spoken; what appears in it is.
    setTimeout(() => toasts.forEach((toast) => (toast.hidden = false)), 100);
  }

  prepare(toast) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button button-quiet button-icon";
    close.setAttribute("aria-label", this.dataset.close);
    close.append(icon("close"));
    let cameFrom = null;
    toast.addEventListener("focusin", ({ relatedTarget }) => {
      if (!toast.contains(relatedTarget)) cameFrom = relatedTarget;
    });
    close.addEventListener("click", () => {
      toast.remove();
      (cameFrom?.isConnected ? cameFrom : document.getElementById("main"))?.focus();
    });
    toast.append(close);
    const lasting = toast.matches(".toast-error, .toast-warning");
    if (!lasting) this.leaveLater(toast, toast.querySelector("form") ? 30000 : 6000);
  }

  leaveLater(toast, after) {
    let timer = setTimeout(() => toast.remove(), after);
    for (const hold of ["mouseenter", "focusin"]) {
      toast.addEventListener(hold, () => clearTimeout(timer));
    }
    for (const release of ["mouseleave", "focusout"]) {
      toast.addEventListener(release, () => {
        clearTimeout(timer);
        timer = setTimeout(() => toast.remove(), after);
      });
    }
  }

  /** Show a message that a script has to say; `undo` is an address that takes the act back. */
  say(words, kind = "message", undo = "") {
    const toast = document.createElement("div");
    toast.className = `toast toast-${kind}`;
    const text = document.createElement("span");
    text.className = "toast-text";
    text.textContent = words;
    toast.append(icon(kind === "message" ? "check-circle" : "warning"), text);
    if (undo) toast.append(this.undoing(undo));
    for (const old of this.querySelectorAll(".toast-message")) if (!old.contains(document.activeElement)) old.remove();
    this.append(toast);
    this.prepare(toast);
  }

  undoing(address) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    form.className = "post-button";
    const token = document.querySelector('input[name="csrf_token"]').cloneNode();
    const button = document.createElement("button");
    button.className = "button button-quiet";
    button.append(icon("undo"), this.dataset.undo);
    form.append(token, button);
    return form;
  }
}

customElements.define("reveal-password", RevealPassword);
customElements.define("choice-list", ChoiceList);
customElements.define("tag-input", TagInput);
customElements.define("character-count", CharacterCount);
customElements.define("toast-stack", ToastStack);

// Menus close when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = relatedTarget && target.closest?.("details.menu[open]");
  if (menu && !menu.contains(relatedTarget)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A link or button that names a dialog opens it instead of leaving the page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.showModal();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

// A form is sent once: a second press while the answer is under way does nothing.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (event.target.dataset.sent) event.preventDefault();
  else if (event.target.method === "post") event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
