// A list or tree whose lines are put in order: dragged by mouse, pen or finger, or carried by keys.
//
// <sortable-tree>                      written by web/pieces/sortable.html, which also brings the words
//   data-max-depth="3"                 levels there may be; 1, a flat list, when it is left out
//   data-accepts="page"                kinds that may stand at the top; all when it is left out
//   data-url="/admin/…"                where a drop is sent; without it the drop fills fields of the form
//   <ol>
//     <li data-id="…" data-name="About" data-kind="page" data-accepts="page note">
//                                      data-accepts: kinds that may stand under this line; "" for none
//       <div class="sortable-row">     handle(name), then anything; here also the fields to fill:
//         <input data-order="parent">  the id of the line above it in the tree, or ""
//         <input data-order="position">  1, 2, 3 … through the whole tree in reading order
//         <input data-order="depth">   0 at the top
//       </div>
//       <ol>…</ol>                     the lines under it, if any; made and removed as needed
//
// Keys: Space or Enter (a click too) picks up and drops; up and down carry, the arrow of the reading
// direction nests, the other one takes out, Escape puts back. Buttons that do the same appear beside
// the handle, for those who neither drag nor type. A live region speaks every step.
//
// With data-url a drop posts `id`, `parent` ("" at the top), `before` (the next line there, or "") and
// the form token. Anything but a success puts the line back and shows the `detail` of the answer; the
// `words` of a JSON answer are shown, and `undo`, an address, becomes a button. After each accepted drop
// "carafe:sorted" bubbles with { id, parent, before }; in a form, "input" bubbles as well.

const SLACK = 4; // pixels a pointer travels before it drags
const EDGE = 64; // pixels from the edge of the window where the page begins to scroll
const FASTEST = 16; // pixels a frame

const rowOf = (item) => item.querySelector(":scope > .sortable-row");
const handleOf = (item) => rowOf(item).querySelector(".sortable-handle");
const linesIn = (list) => [...list.children].filter((each) => each.matches("li[data-id]"));
const nearest = (depths, wanted) =>
  depths.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class SortableTree extends HTMLElement {
  held = null; // the line under way: { item, home, rows, depths, gap, depth, wanted, byPointer … }

  connectedCallback() {
    if (this.voice) return; // moved about in the page
    this.voice = this.querySelector("[data-voice]");
    this.buttons = this.querySelector("template");
    this.mark = document.createElement("div");
    this.mark.className = "sortable-mark";
    this.mark.hidden = true;
    this.append(this.mark);
    this.addEventListener("pointerdown", (event) => this.touched(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("focusout", (event) => this.left(event));
    this.addEventListener("mousedown", (event) => {
      // The buttons leave the focus at the handle, where the keys are heard.
      if (event.target.closest(".sortable-acts")) event.preventDefault();
    });
  }

  get list() {
    return this.querySelector(":scope > ol");
  }

  // --- holding a line ------------------------------------------------------------------------

  hold(item) {
    const rows = [...this.querySelectorAll("li[data-id]")].filter(
      (each) => !item.contains(each) && rowOf(each).offsetParent,
    );
    const isBefore = (row) => row.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING;
    const levels = [item, ...item.querySelectorAll("li[data-id]")].map((each) => this.depthOf(each));
    const depth = levels[0];
    this.held = {
      item,
      home: this.spotOf(item),
      rows,
      depths: rows.map((row) => this.depthOf(row)),
      levels: Math.max(...levels) - depth + 1,
      gap: rows.filter(isBefore).length,
      depth,
      wanted: depth,
    };
    this.classList.add("sortable-busy");
    item.classList.add("sortable-held");
  }

  /** Let go of the line where it stands, or where `spot` says. */
  async release({ spot, takesFocus = true } = {}) {
    const { item, home } = this.held;
    if (spot) this.place(item, spot);
    this.end();
    const present = this.spotOf(item);
    this.say("dropped", item);
    if (takesFocus) handleOf(item).focus();
    if (present.parent === home.parent && present.before === home.before) return;
    if (this.dataset.url) await this.send(item, present, home);
    else {
      this.fillFields();
      item.dispatchEvent(new Event("input", { bubbles: true }));
      this.tell(item, present);
    }
  }

  putBack() {
    const { item, home } = this.held;
    this.place(item, home);
    this.end();
    handleOf(item).focus();
    this.say("restored", item);
  }

  end() {
    const { item, pointer, stop } = this.held;
    this.held = null;
    stop?.();
    if (handleOf(item).hasPointerCapture(pointer ?? -1)) handleOf(item).releasePointerCapture(pointer);
    this.mark.hidden = true;
    this.classList.remove("sortable-busy");
    item.classList.remove("sortable-held");
    rowOf(item).querySelector(".sortable-acts")?.remove();
    handleOf(item).setAttribute("aria-pressed", "false");
  }

  // --- by keys and by buttons ----------------------------------------------------------------

  clicked(event) {
    const button = event.target.closest("button");
    const item = button?.closest("li[data-id]");
    if (button?.dataset.step && this.held) this.step(button.dataset.step);
    if (!item || button !== handleOf(item)) return;
    const endsDrag = this.wasDragged && event.detail > 0;
    this.wasDragged = false;
    if (endsDrag) return;
    if (this.held?.item === item) this.release();
    else if (!this.held && !this.isSending) this.pickUp(item);
  }

  pickUp(item) {
    this.hold(item);
    const handle = handleOf(item);
    handle.setAttribute("aria-pressed", "true");
    handle.after(this.buttons.content.cloneNode(true));
    handle.focus();
    this.say("picked", item);
  }

  pressed(event) {
    if (!this.held) return;
    const inwards = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const arrows = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "out" };
    const step = { ...arrows, [inwards]: "in", Escape: "back" }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(step);
  }

  step(step) {
    const { item, rows, gap, depth, wanted, byPointer } = this.held;
    if (step === "back") return this.putBack();
    if (byPointer) return undefined;
    if (step === "drop") return this.release();
    const way = step === "up" ? -1 : 1;
    const next = depth + (step === "in" ? 1 : -1);
    const isSideways = step === "in" || step === "out";
    for (let at = isSideways ? gap : gap + way; at >= 0 && at <= rows.length; at += way) {
      const depths = this.depthsAt(at);
      if (isSideways ? depths.includes(next) : depths.length) {
        return this.carry(at, isSideways ? next : nearest(depths, wanted), isSideways ? next : wanted);
      }
      if (step === "in") break;
    }
    return this.say("stays", item);
  }

  carry(gap, depth, wanted) {
    const { item } = this.held;
    const focused = document.activeElement;
    Object.assign(this.held, { gap, depth, wanted });
    this.place(item, this.spotAt(gap, depth));
    focused.focus({ preventScroll: true });
    rowOf(item).scrollIntoView({ block: "nearest" });
    this.say("carried", item);
  }

  /** Whoever goes on to something else means the line to stay where it was carried. */
  left(event) {
    if (!this.held || this.held.byPointer || this.isMoving || !document.hasFocus()) return;
    if (!rowOf(this.held.item).contains(event.relatedTarget)) this.release({ takesFocus: false });
  }

  // --- by pointer ----------------------------------------------------------------------------

  touched(event) {
    const handle = event.target.closest(".sortable-handle");
    this.wasDragged = false;
    if (!handle || !this.contains(handle) || event.button !== 0 || this.held || this.isSending) return;
    const item = handle.closest("li[data-id]");
    const start = { x: event.clientX, y: event.clientY };
    const watch = new AbortController();
    const listen = (target, kind, act) => target.addEventListener(kind, act, { signal: watch.signal });
    handle.setPointerCapture(event.pointerId);
    listen(handle, "pointermove", (moved) => {
      if (moved.pointerId !== event.pointerId) return;
      const far = Math.hypot(moved.clientX - start.x, moved.clientY - start.y);
      if (!this.held && far > SLACK) this.drag(item, event.pointerId, start, () => watch.abort());
      if (this.held) this.follow(moved.clientX, moved.clientY);
    });
    listen(handle, "pointerup", () => {
      watch.abort();
      if (this.held) this.release({ spot: this.held.spot });
    });
    for (const kind of ["pointercancel", "lostpointercapture"]) {
      listen(handle, kind, () => (watch.abort(), this.held && this.putBack()));
    }
    listen(document, "keydown", (pressed) => this.pressed(pressed));
  }

  drag(item, pointer, start, stop) {
    this.hold(item);
    const top = this.list.getBoundingClientRect().top;
    const boxes = this.held.rows.map((row) => rowOf(row).getBoundingClientRect());
    const indent = parseFloat(getComputedStyle(this.mark).getPropertyValue("padding-inline-start"));
    Object.assign(this.held, {
      byPointer: true,
      pointer,
      start,
      indent: indent || 1,
      middles: boxes.map((box) => (box.top + box.bottom) / 2 - top),
      bottoms: boxes.map((box) => box.bottom - top),
      stop,
    });
    this.wasDragged = true;
    this.mark.textContent = item.dataset.name;
    requestAnimationFrame(() => this.scrollAtEdges());
  }

  follow(x, y) {
    const { rows, middles, bottoms, start, indent, wanted } = this.held;
    const below = middles.findIndex((middle) => middle > y - this.list.getBoundingClientRect().top);
    const gap = below < 0 ? rows.length : below;
    const way = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const depths = this.depthsAt(gap);
    Object.assign(this.held, { x, y, spot: null });
    this.mark.hidden = !depths.length;
    if (!depths.length) return;
    const depth = nearest(depths, wanted + Math.round(((x - start.x) * way) / indent));
    this.held.spot = this.spotAt(gap, depth);
    this.mark.style.setProperty("--depth", depth);
    this.mark.style.top = `${this.list.offsetTop + (bottoms[gap - 1] ?? 0)}px`;
  }

  scrollAtEdges() {
    if (!this.held?.byPointer) return;
    const { x, y } = this.held;
    const over = y < EDGE ? y - EDGE : Math.max(0, y - (innerHeight - EDGE));
    if (over) {
      window.scrollBy({ top: Math.max(-1, Math.min(1, over / EDGE)) * FASTEST, behavior: "instant" });
      this.follow(x, y);
    }
    requestAnimationFrame(() => this.scrollAtEdges());
  }

  // --- where a line may stand ----------------------------------------------------------------

  parentOf(item) {
    const above = item.parentElement.closest("li[data-id]");
    return above && this.contains(above) ? above : null;
  }

  depthOf(item) {
    const above = this.parentOf(item);
    return above ? this.depthOf(above) + 1 : 0;
  }

  spotOf(item) {
    const lines = linesIn(item.parentElement);
    return { parent: this.parentOf(item), before: lines[lines.indexOf(item) + 1] ?? null };
  }

  /** The levels on which the held line may stand between two rows that are seen. */
  depthsAt(gap) {
    const { item, depths, levels } = this.held;
    const found = [];
    const deepest = Number(this.dataset.maxDepth || 1) - levels;
    const most = Math.min((depths[gap - 1] ?? -1) + 1, deepest);
    for (let depth = depths[gap] ?? 0; depth <= most; depth += 1) {
      const { accepts } = (this.spotAt(gap, depth).parent ?? this).dataset;
      if (accepts === undefined || accepts.split(" ").includes(item.dataset.kind)) found.push(depth);
    }
    return found;
  }

  spotAt(gap, depth) {
    const { item, rows, depths } = this.held;
    const others = (list) => linesIn(list).filter((each) => each !== item);
    let above = rows[gap - 1];
    if (!above) return { parent: null, before: others(this.list)[0] ?? null };
    if (depth > depths[gap - 1]) {
      const list = above.querySelector(":scope > ol");
      return { parent: above, before: (list && others(list)[0]) ?? null };
    }
    for (let at = depths[gap - 1]; at > depth; at -= 1) above = this.parentOf(above);
    const lines = others(above.parentElement);
    return { parent: this.parentOf(above), before: lines[lines.indexOf(above) + 1] ?? null };
  }

  place(item, { parent, before }) {
    const from = item.parentElement;
    let list = parent ? parent.querySelector(":scope > ol") : this.list;
    if (!list) parent.append((list = document.createElement("ol")));
    this.isMoving = true; // what is moved within a page loses the focus
    list.insertBefore(item, before);
    this.isMoving = false;
    if (from !== this.list && !linesIn(from).length) from.remove();
  }

  // --- what follows --------------------------------------------------------------------------

  fillFields() {
    [...this.querySelectorAll("li[data-id]")].forEach((item, index) => {
      const parent = this.parentOf(item)?.dataset.id ?? "";
      const values = { parent, position: index + 1, depth: this.depthOf(item) };
      for (const field of rowOf(item).querySelectorAll("[data-order]")) {
        field.value = values[field.dataset.order];
      }
    });
  }

  tell(item, { parent, before }) {
    const detail = { id: item.dataset.id, parent: parent?.dataset.id ?? "", before: before?.dataset.id ?? "" };
    item.dispatchEvent(new CustomEvent("carafe:sorted", { bubbles: true, detail }));
  }

  async send(item, { parent, before }, home) {
    const token = document.querySelector('input[name="csrf_token"]')?.value ?? "";
    const body = new URLSearchParams({
      id: item.dataset.id,
      parent: parent?.dataset.id ?? "",
      before: before?.dataset.id ?? "",
      csrf_token: token,
    });
    this.isSending = true;
    this.setAttribute("aria-busy", "true");
    const headers = { Accept: "application/json" };
    const sender = document.querySelector("sign-in-again") ?? window;
    const answer = await sender.fetch(this.dataset.url, { method: "POST", body, headers }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    this.isSending = false;
    this.removeAttribute("aria-busy");
    if (answer?.ok) {
      this.fillFields();
      this.tell(item, { parent, before });
      if (said?.words) document.querySelector("toast-stack")?.say(said.words, "message", said.undo);
      return;
    }
    const isFocused = item.contains(document.activeElement);
    this.place(item, home);
    if (isFocused) handleOf(item).focus();
    const why = said?.detail ?? this.dataset.silent;
    const words = fill(this.dataset.refused, { name: item.dataset.name, why });
    document.querySelector("toast-stack")?.say(words, "error");
  }

  say(what, item) {
    const { parent } = this.spotOf(item);
    const lines = linesIn(item.parentElement);
    const position = lines.indexOf(item) + 1;
    const values = { position, all: lines.length, level: this.depthOf(item) + 1 };
    const under = parent ? fill(this.dataset.under, { name: parent.dataset.name }) : "";
    const place = fill(this.dataset.place, values) + under;
    this.voice.textContent = fill(this.dataset[what], { name: item.dataset.name, place });
  }
}

customElements.define("sortable-tree", SortableTree);
