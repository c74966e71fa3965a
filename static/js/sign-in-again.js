// A session that ended while a form was open: one signs in again over the form, and it goes on from there.
//
// Before a form is posted, the site is asked who is signed in (/auth/session). The same person: the form
// goes. Nobody: the dialog asks for the password. Somebody else: they are told whose words these are, and
// nothing is sent as them unless they say so. Without scripts, or when the session ends in the very moment
// of sending, the server carries the form through its own sign-in page.
//
// `fetch(address, request)` does the same for scripts: an answer of 401 asks, and the request goes again.

const NAME = "{name}";

class SignInAgain extends HTMLElement {
  connectedCallback() {
    this.owner = this.dataset.name; // whose page this is
    document.addEventListener("submit", (event) => this.hold(event), { capture: true });
    document.addEventListener("htmx:config:request", (event) => {
      const { ctx } = event.detail;
      // What asks by the clock is nobody's work; the server leads to its sign-in page.
      if (ctx.sourceElement.getAttribute("hx-trigger")?.startsWith("every")) return;
      ctx.fetch = (address, request) => this.fetch(address, request);
    });
  }

  /** Keep a form back until it is known who sends it. */
  async hold(event) {
    const { target: form, submitter } = event;
    const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "";
    const asks = method.toLowerCase() === "post" && !this.contains(form) && !form.hasAttribute("data-anyone");
    if (!asks || this.isPassing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.isHolding) return;
    this.isHolding = true;
    const mayGo = await this.mayGo();
    this.isHolding = false;
    if (!mayGo) return;
    this.isPassing = true;
    form.requestSubmit(submitter?.form === form ? submitter : null);
    this.isPassing = false;
  }

  /** Send what a script sends; where the session ended, ask and send it again. */
  async fetch(address, request = {}) {
    const answer = await fetch(address, request);
    if (answer.status !== 401) return answer;
    if (!(await this.mayGo())) throw new DOMException("Nobody signed in.", "AbortError");
    const { body } = request;
    if (body?.has?.("csrf_token")) body.set("csrf_token", this.token);
    // The first request's patience is over by now.
    return fetch(address, { ...request, signal: undefined });
  }

  /** Whether the person of this page is signed in, now or after being asked. */
  async mayGo() {
    let known;
    try {
      known = await this.ask();
    } catch {
      this.say(this.dataset.offline);
      return false;
    }
    // A site that answers with a fault says so itself, when it gets the form.
    if (!known) return true;
    if (known.person?.id !== this.dataset.person) {
      this.asking ??= this.open(known.person);
      const mayGo = await this.asking;
      this.asking = null;
      return mayGo;
    }
    this.renewTokens();
    return true;
  }

  async ask() {
    const answer = await fetch(this.dataset.session, { headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const known = await answer.json();
    this.token = known.token;
    return known;
  }

  renewTokens() {
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = this.token;
  }

  // --- the dialog ------------------------------------------------------------------------------

  /** Show the dialog; whether the form may go, once it is closed. */
  open(other) {
    const piece = this.querySelector("template").content.cloneNode(true);
    this.dialog = piece.querySelector("dialog");
    this.error = piece.querySelector("[data-error]");
    this.form = piece.querySelector("form");
    this.form.elements.email.value = this.dataset.email;
    this.form.addEventListener("submit", (event) => this.signIn(event));
    const { dialog } = this;
    dialog.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act === "later") dialog.close();
      else if (act === "own") this.showForm();
      else if (act === "other") this.sendAsOther();
    });
    this.append(piece);
    if (other) this.showOther(other);
    else this.show("own");
    dialog.showModal();
    if (!other) this.form.elements.password.focus();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        const mayGo = dialog.returnValue === "go";
        dialog.remove();
        if (mayGo) this.renewTokens();
        else this.say(this.dataset.kept);
        resolve(mayGo);
      });
    });
  }

  show(step) {
    for (const part of this.dialog.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== step;
    this.dialog.setAttribute("aria-labelledby", `sign-in-again-${step}`);
    this.dialog.setAttribute("aria-describedby", `sign-in-again-${step}-words`);
  }

  showForm() {
    this.show("own");
    this.form.elements.email.value = this.dataset.email;
    this.form.elements.password.focus();
  }

  /** Somebody else is signed in: whose words these are, and as whom they would be sent. */
  showOther(person) {
    this.other = person;
    this.show("other");
    for (const part of this.dialog.querySelectorAll("[data-words]")) {
      part.textContent = part.dataset.words.replace(NAME, person.name).replace("{owner}", this.owner);
    }
    this.dialog.querySelector('[data-act="own"]').focus();
  }

  sendAsOther() {
    this.dataset.person = this.other.id;
    this.dataset.email = this.other.email;
    this.owner = this.other.name;
    this.dialog.close("go");
  }

  async signIn(event) {
    event.preventDefault();
    if (this.isSigningIn) return;
    this.isSigningIn = true;
    this.refuse("");
    try {
      // The token belongs to whoever was here last, and another tab may have come and gone.
      await this.ask();
      const body = new URLSearchParams(new FormData(this.form));
      body.set("csrf_token", this.token);
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.dataset.session, { method: "POST", body, headers });
      const said = await answer.json().catch(() => null);
      if (answer.ok) this.signedIn(said);
      else this.refuse(said?.detail ?? this.dataset.offline);
    } catch {
      this.refuse(this.dataset.offline);
    }
    this.isSigningIn = false;
  }

  signedIn({ person, token }) {
    this.token = token;
    this.form.elements.password.value = "";
    if (person.id === this.dataset.person) this.dialog.close("go");
    else this.showOther(person);
  }

  refuse(words) {
    const { password } = this.form.elements;
    this.error.textContent = words;
    this.error.parentElement.hidden = !words;
    if (words) password.setAttribute("aria-invalid", "true");
    else password.removeAttribute("aria-invalid");
    if (!words || !this.dialog.open) return;
    password.focus();
    password.select();
  }

  say(words) {
    document.querySelector("toast-stack")?.say(words, "warning");
  }
}

customElements.define("sign-in-again", SignInAgain);
