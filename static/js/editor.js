// Writing in comfort: fields that grow, a word count, the drawer, Enter from the title into the text.

const root = document.documentElement;
const form = document.getElementById("entry");
const source = document.querySelector(".writing-text textarea");
const title = document.querySelector(".writing-title textarea");
const rich = document.querySelector("markdown-source");

/** Puts the caret at the beginning of the text, in whichever field is there for it. */
function enterText() {
  if (rich?.matches(":defined")) {
    rich.focus();
    return;
  }
  source.focus();
  source.setSelectionRange(0, 0);
}

// Browsers without field-sizing get their text fields fitted by hand.
if (!CSS.supports("field-sizing", "content")) {
  for (const field of [title, source]) {
    if (!field) continue;
    const fit = () => {
      const scrolled = window.scrollY;
      field.style.blockSize = "auto";
      field.style.blockSize = `${field.scrollHeight}px`;
      window.scrollTo({ top: scrolled });
    };
    field.addEventListener("input", fit);
    fit();
  }
}

title?.addEventListener("keydown", (event) => {
  const atEnd = title.selectionStart === title.value.length;
  if (event.isComposing || (event.key !== "Enter" && !(event.key === "ArrowDown" && atEnd))) return;
  event.preventDefault();
  enterText();
});
// Links to the text (the skip link, an error) reach it also when the plain field is hidden.
document.addEventListener("click", (event) => {
  const link = event.target.closest(`a[href="#${source?.id}"]`);
  if (!link || !rich?.matches(":defined")) return;
  event.preventDefault();
  rich.focus();
});
title?.addEventListener("input", () => {
  if (/[\r\n]/.test(title.value)) title.value = title.value.replace(/\s*[\r\n]+\s*/g, " ");
});
source?.addEventListener("keydown", (event) => {
  const atStart = source.selectionStart === 0 && source.selectionEnd === 0;
  if (!title || !atStart || !["ArrowUp", "ArrowLeft"].includes(event.key) || event.shiftKey) return;
  event.preventDefault();
  title.focus();
  title.setSelectionRange(title.value.length, title.value.length);
});

/** How many words stand in the text, counted as the reader's language counts them. */
class WordCount extends HTMLElement {
  connectedCallback() {
    const field = document.getElementById(this.dataset.for);
    if (!field) return;
    const segmenter = new Intl.Segmenter(root.lang, { granularity: "word" });
    const number = new Intl.NumberFormat(root.lang);
    let timer;
    const count = () => {
      let words = 0;
      for (const part of segmenter.segment(field.value)) if (part.isWordLike) words += 1;
      const said = words === 1 ? this.dataset.word : this.dataset.words;
      this.textContent = said.replace("{count}", number.format(words));
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(count, 300);
    });
    count();
  }
}
customElements.define("word-count", WordCount);

const saved = document.getElementById("saved");
form?.addEventListener("carafe:changed", () => {
  saved.textContent = saved.dataset.unsaved;
});
form?.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("data-keep-open")) saved.textContent = saved.dataset.saving;
  else setTimeout(() => delete form.dataset.sent);
});

const toggle = document.querySelector("[data-drawer]");
const wide = window.matchMedia("(min-width: 64.01rem)");
function showDrawer(open) {
  root.classList.toggle("drawer-closed", !open);
  toggle.setAttribute("aria-expanded", String(open));
}
if (toggle) {
  let open = true;
  try {
    open = localStorage.getItem("carafe.drawer") !== "closed";
  } catch {
    // The drawer is simply open.
  }
  toggle.setAttribute("role", "button");
  toggle.setAttribute("aria-controls", "drawer");
  showDrawer(open || document.querySelector(".drawer [aria-invalid]") !== null);
  toggle.addEventListener("click", (event) => {
    if (!wide.matches) return;
    event.preventDefault();
    open = root.classList.contains("drawer-closed");
    showDrawer(open);
    try {
      localStorage.setItem("carafe.drawer", open ? "open" : "closed");
    } catch {
      // It opens again next time.
    }
  });
  toggle.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    toggle.click();
  });
}

// Saving comes back as a page anew; the caret stands where it stood.
const CARET = "carafe.caret";
const STALE = 60_000; // ms; an answer that took longer finds nobody waiting

/** What holds the focus within the form: a field by its id with its caret, or the button that saves. */
function present() {
  const field = document.activeElement;
  if (field === rich) return { id: source.id, caret: rich.caret };
  if (field?.matches("[data-primary-save]")) return { id: "" };
  if (!field?.id || !form.contains(field)) return null;
  return { id: field.id, caret: field.matches("textarea") ? [field.selectionStart, field.selectionEnd] : null };
}

form?.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("data-keep-open") || event.submitter?.value) return;
  const place = present();
  try {
    if (place) sessionStorage.setItem(CARET, JSON.stringify({ ...place, at: Date.now() }));
  } catch {
    // The page then begins at its top.
  }
});

// Only then is the rich editor there.
window.addEventListener("load", () => {
  let place = null;
  try {
    place = JSON.parse(sessionStorage.getItem(CARET));
    sessionStorage.removeItem(CARET);
  } catch {
    // Nothing was kept.
  }
  const isFresh = place && Date.now() - place.at < STALE;
  if (!isFresh || document.activeElement !== document.body) return;
  const field = place.id ? document.getElementById(place.id) : form?.querySelector("[data-primary-save]");
  field?.focus();
  if (field && place.caret) field.setSelectionRange(...place.caret);
});
