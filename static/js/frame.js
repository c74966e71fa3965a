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

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off") return;
  const command = event.ctrlKey || event.metaKey;
  const form = document.querySelector("form[data-save-key]");
  if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s" && form) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-primary-save]") ?? undefined);
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
