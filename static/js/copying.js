// A field whose text is taken along with one press.

class CopyText extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || !navigator.clipboard || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = this.dataset.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(input.value).catch(() => input.select());
      button.textContent = this.dataset.copied;
    });
    this.append(button);
  }
}

customElements.define("copy-text", CopyText);
