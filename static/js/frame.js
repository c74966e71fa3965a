// The admin's frame: folding the bar, changing the colours in place, filters, keys, unsaved words.

const root = document.documentElement;

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing forgets the choice; nothing else depends on it.
  }
}

for (const button of document.querySelectorAll("[data-fold]")) {
  const show = () => button.setAttribute("aria-pressed", String(root.classList.contains("bar-folded")));
  button.addEventListener("click", () => {
    const folded = root.classList.toggle("bar-folded");
    remember("carafe.bar", folded ? "folded" : "open");
    show();
  });
  show();
}

for (const form of document.querySelectorAll("form[data-theme-switch]")) {
  form.addEventListener("submit", async (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    root.dataset.theme = chosen.value;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    const body = new URLSearchParams(new FormData(form, chosen));
    await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => form.submit());
  });
}

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
  // Empty filters stay out of the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// A filter that was emptied leaves the address too, and a narrower list begins at its first page.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!ctx.sourceElement.matches('form.filters[hx-get=""]')) return;
  const address = new URL(location.href);
  for (const { name } of [...ctx.sourceElement.elements, { name: "page" }]) address.searchParams.delete(name);
  ctx.request.action = address.pathname + address.search;
});

/** Whether a form holds something that was not there when the page came. */
function hasUnsaved(form) {
  return form.dataset.changed === "yes";
}

for (const form of document.querySelectorAll("form[data-guard]")) {
  // A page that came back with errors holds words that no one has saved.
  if (form.querySelector("[aria-invalid]") || document.getElementById("errors")) form.dataset.changed = "yes";
  form.addEventListener("input", () => {
    form.dataset.changed = "yes";
    form.dispatchEvent(new CustomEvent("carafe:changed"));
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("data-keep-open")) return;
    form.dataset.changed = "leaving";
  });
}
window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-guard]")].some(hasUnsaved)) event.preventDefault();
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('form[data-changed="leaving"]')) form.dataset.changed = "yes";
});

/** Whether a key that is pressed becomes text; the rich editor keeps its field in a shadow tree. */
function isTyping(event) {
  const [at] = event.composedPath();
  const boxes = '[type="checkbox"], [type="radio"]';
  return Boolean(at.closest?.(`input:not(${boxes}), textarea, select, [contenteditable]`));
}

// What comes into the page by htmx is spoken by a region that was there before.
const heard = new WeakSet(document.querySelectorAll("[data-said]"));
document.addEventListener("htmx:after:swap", () => {
  const news = [...document.querySelectorAll("[data-said]")].filter((each) => !heard.has(each));
  for (const each of news) {
    heard.add(each);
    document.getElementById("voice").textContent = each.dataset.said;
  }
});

// Escape leaves the form of one value within its row, as Cancel does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  event.target.closest?.(".row-form")?.querySelector("[data-cancel]")?.click();
});

let cameFrom = null;

/** Go to what lies over the page: the newest message, then the bar for what is selected, then back. */
function goToNextFloating() {
  const floating = ["toast-stack .toast:last-child", "list-selection[data-shown]"]
    .map((each) => document.querySelector(each))
    .filter(Boolean);
  const at = floating.findIndex((each) => each.contains(document.activeElement));
  if (at < 0) cameFrom = document.activeElement;
  const next = floating[at + 1];
  const field = next?.querySelector('form input:not([type="hidden"]), form button') ?? next?.querySelector("button");
  (field ?? cameFrom)?.focus();
  return floating.length > 0;
}

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off") return;
  const command = event.ctrlKey || event.metaKey;
  const form = document.querySelector("form[data-save-key]");
  if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s" && form) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-primary-save]") ?? undefined);
    return;
  }
  if (event.key === "F6" && !command && !event.altKey && !event.shiftKey && !document.querySelector("dialog[open]")) {
    // With nothing there the key is the browser's.
    if (goToNextFloating()) event.preventDefault();
    return;
  }
  if (command || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.getElementById("keys")?.showModal();
  if (event.key === "/") {
    const search = document.querySelector('[data-key="/"]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  }
});
