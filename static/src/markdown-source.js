// <markdown-source> makes the textarea inside it a pleasant place to write Markdown.
//
//   <markdown-source><textarea name="source">…</textarea></markdown-source>
//
// The textarea stays the form's field and the one truth: it is written only when the text is
// changed, so opening and saving alter no byte. Without this script the textarea is simply there.
// Scripts that know only the textarea (its focus, its selection, arrow keys at its start) go on
// working: the element lends it its own.
//
// Everything drawn lives in a shadow root, whose styles are constructed: a strict
// content-security policy has nothing to refuse.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  deleteMarkupBackward,
  insertNewlineContinueMarkup,
  markdownLanguage,
} from "@codemirror/lang-markdown";
import { HighlightStyle, LanguageSupport, syntaxHighlighting } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorSelection, EditorState } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, drawSelection, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const quiet = { color: "var(--muted, #5d6066)" };
const highlighting = HighlightStyle.define([
  { tag: tags.heading1, fontWeight: "650", fontSize: "1.375em" },
  { tag: tags.heading2, fontWeight: "650", fontSize: "1.2em" },
  { tag: tags.heading, fontWeight: "650" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: tags.link, color: "var(--accent, #1f5fd6)" },
  { tag: tags.url, ...quiet },
  { tag: tags.monospace, fontFamily: "ui-monospace, monospace", fontSize: "0.925em" },
  { tag: tags.quote, ...quiet },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], ...quiet },
]);

// The sheet around it draws the frame and marks the focus; a page without one sets these properties.
const looks = EditorView.theme({
  "&": {
    color: "var(--text, inherit)",
    background: "transparent",
    border: "var(--source-border, 0)",
    fontSize: "inherit",
  },
  "&.cm-focused": { outline: "0" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overflowX: "visible" },
  ".cm-content": {
    minHeight: "var(--source-height, 18rem)",
    padding: "var(--source-padding, 0)",
    caretColor: "var(--text, auto)",
  },
  ".cm-line": { padding: "0" },
  ".cm-cursor": { borderLeftColor: "var(--text, black)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-soft, #e9f0fd)",
  },
  ".cm-panels": {
    zIndex: "3",
    background: "var(--ground, #f7f7f5)",
    color: "var(--text, inherit)",
    border: "1px solid var(--line, #d9dadd)",
    borderRadius: "6px",
    fontFamily: "system-ui, sans-serif",
    fontSize: "0.9375rem",
  },
  ".cm-panels-top": { borderBottom: "1px solid var(--line, #d9dadd)" },
  ".cm-textfield, .cm-button": {
    color: "inherit",
    background: "var(--surface, white)",
    backgroundImage: "none",
    border: "1px solid var(--control, #8b8f96)",
    borderRadius: "6px",
    padding: "4px 8px",
  },
  ".cm-placeholder": quiet,
});

const ownDirection = Decoration.line({ attributes: { dir: "auto" } });

/** Each line runs as its own first letters do, as in the plain field. */
const directions = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.update({ view, docChanged: true });
    }

    update({ view, docChanged, viewportChanged }) {
      if (!docChanged && !viewportChanged) return;
      const marks = [];
      let last = -1;
      for (const { from, to } of view.visibleRanges) {
        for (let at = from; at <= to; ) {
          const line = view.state.doc.lineAt(at);
          if (line.from > last) marks.push(ownDirection.range(line.from));
          last = line.from;
          at = line.to + 1;
        }
      }
      this.decorations = Decoration.set(marks);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** Wraps the selection in a mark, or takes the mark away where it already stands. */
function toggling(mark) {
  return (view) => {
    const { state } = view;
    const size = mark.length;
    view.dispatch(
      state.changeByRange((range) => {
        const before = state.sliceDoc(range.from - size, range.from);
        const after = state.sliceDoc(range.to, range.to + size);
        if (before === mark && after === mark) {
          return {
            changes: [
              { from: range.from - size, to: range.from },
              { from: range.to, to: range.to + size },
            ],
            range: EditorSelection.range(range.from - size, range.to - size),
          };
        }
        return {
          changes: [
            { from: range.from, insert: mark },
            { from: range.to, insert: mark },
          ],
          range: EditorSelection.range(range.from + size, range.to + size),
        };
      }),
      { userEvent: "input", scrollIntoView: true },
    );
    return true;
  };
}

/** Makes a link of the selection and leaves the caret where its address goes. */
function linking(view) {
  const { state } = view;
  view.dispatch(
    state.changeByRange((range) => {
      const text = state.sliceDoc(range.from, range.to);
      const caret = text ? range.from + text.length + 3 : range.from + 1;
      return {
        changes: { from: range.from, to: range.to, insert: `[${text}]()` },
        range: EditorSelection.cursor(caret),
      };
    }),
    { userEvent: "input", scrollIntoView: true },
  );
  return true;
}

/**
 * Typing over a selection, done here: a browser that does it by itself keeps the looks of what was
 * there in a style attribute, which a strict policy reports.
 */
function typeOver(event, view) {
  const { state } = view;
  const isPlain = event.inputType === "insertText" && event.data && !event.isComposing;
  if (!isPlain || view.composing || state.readOnly || state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

class MarkdownSource extends HTMLElement {
  #textarea;
  #view;
  #form;
  #readOnly = new Compartment();
  #isWriting = false;

  connectedCallback() {
    this.#textarea = this.querySelector("textarea");
    if (this.#view || !this.#textarea) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const slot = document.createElement("slot");
    slot.hidden = true;
    root.replaceChildren(slot);
    this.classList.add("is-rich");
    this.#view = new EditorView({ state: this.#fresh(this.#textarea.value), parent: root, root });
    // The hidden field cannot hold the focus or a selection, so these lead here.
    this.#textarea.focus = () => this.focus();
    this.#textarea.setSelectionRange = (from, to) => this.#select(from, to);
    this.#textarea.addEventListener("input", this.#follow);
    for (const label of this.#textarea.labels) label.addEventListener("click", this.#takeFocus);
    this.#form = this.#textarea.form;
    this.#form?.addEventListener("reset", this.#afterReset);
    if (this.#textarea.autofocus) this.#view.focus();
  }

  disconnectedCallback() {
    // A move within the page also disconnects; only a removal that lasts ends the editor.
    queueMicrotask(() => {
      if (this.isConnected || !this.#view) return;
      this.#textarea.removeEventListener("input", this.#follow);
      delete this.#textarea.focus;
      delete this.#textarea.setSelectionRange;
      for (const label of this.#textarea.labels ?? []) {
        label.removeEventListener("click", this.#takeFocus);
      }
      this.#form?.removeEventListener("reset", this.#afterReset);
      this.classList.remove("is-rich");
      this.#view.destroy();
      this.#view = undefined;
    });
  }

  /** Where the caret stands: the beginning and the end of what is selected, in characters. */
  get caret() {
    const { from, to } = this.#view?.state.selection.main ?? { from: 0, to: 0 };
    return [from, to];
  }

  get value() {
    return this.#textarea?.value ?? "";
  }

  /** Replaces the text as one step that can be undone. */
  set value(text) {
    this.#textarea.value = text;
    this.#follow();
  }

  /** Puts text at the caret, in place of what is selected. */
  insert(text) {
    const { state } = this.#view;
    this.#view.dispatch(state.replaceSelection(text), {
      userEvent: "input.paste",
      scrollIntoView: true,
    });
    this.focus();
  }

  focus() {
    if (this.#view) this.#view.focus();
    else this.#textarea?.focus();
  }

  #fresh(text) {
    const area = this.#textarea;
    const label = [...area.labels].map((label) => label.textContent.trim()).join(" ");
    const attributes = {
      "aria-label": area.getAttribute("aria-label") || label || area.name,
      spellcheck: "true",
      autocapitalize: "sentences",
    };
    if (area.lang) attributes.lang = area.lang;
    if (area.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
    const fixed = area.readOnly || area.disabled;
    return EditorState.create({
      doc: text,
      extensions: [
        history(),
        drawSelection(),
        search({ top: true }),
        // The language alone: the grammars of embedded HTML and code would triple the size.
        new LanguageSupport(markdownLanguage),
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of(attributes),
        EditorView.editorAttributes.of({ part: "editor" }),
        EditorView.perLineTextDirection.of(true),
        directions,
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.updateListener.of((update) => update.docChanged && this.#write(update.state)),
        this.#readOnly.of([EditorState.readOnly.of(fixed), EditorView.editable.of(!fixed)]),
        area.placeholder ? placeholder(area.placeholder) : [],
        keymap.of([
          { key: "Mod-b", run: toggling("**") },
          { key: "Mod-i", run: toggling("_") },
          { key: "Mod-e", run: toggling("`") },
          { key: "Mod-k", run: linking, stopPropagation: true },
          { key: "ArrowUp", run: (view) => this.#leave(view, "ArrowUp") },
          { key: "ArrowLeft", run: (view) => this.#leave(view, "ArrowLeft") },
          { key: "Enter", run: insertNewlineContinueMarkup },
          { key: "Backspace", run: deleteMarkupBackward },
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        looks,
      ],
    });
  }

  #select(from, to = from) {
    const { length } = this.#view.state.doc;
    const [anchor, head] = [Math.min(from, length), Math.min(to, length)];
    this.#view.dispatch({ selection: { anchor, head }, scrollIntoView: true });
  }

  /** At the very start, lets the page decide where the arrow goes (to the title, say). */
  #leave(view, key) {
    const { main } = view.state.selection;
    if (!main.empty || main.head !== 0) return false;
    HTMLTextAreaElement.prototype.setSelectionRange.call(this.#textarea, 0, 0);
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    return !this.#textarea.dispatchEvent(event);
  }

  #write(state) {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#textarea.value = state.doc.toString();
    // Whoever watches the field (the unsaved mark, the preview) hears of it as of any typing.
    this.#textarea.dispatchEvent(new Event("input", { bubbles: true }));
    this.#isWriting = false;
  }

  /** Takes over a text that another script put into the textarea. */
  #follow = () => {
    if (this.#isWriting || !this.#view) return;
    const text = this.#textarea.value;
    const { doc } = this.#view.state;
    if (text === doc.toString()) return;
    this.#isWriting = true;
    this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
    this.#isWriting = false;
  };

  #takeFocus = () => this.focus();

  #afterReset = () => queueMicrotask(this.#follow);
}

customElements.define("markdown-source", MarkdownSource);
