// The publish panel: the date is asked for only when it is wanted, and the button says what it does.

for (const form of document.querySelectorAll("form[data-publish]")) {
  const later = form.querySelector('[data-when="later"]');
  const send = form.querySelector("button[data-now]");
  const access = form.elements.namedItem("access");
  const password = form.elements.namedItem("password")?.closest?.(".field");
  const show = () => {
    const chosen = form.querySelector('[name="when"]:checked')?.value ?? "now";
    later.hidden = chosen !== "later";
    send.querySelector("span").textContent = chosen === "later" ? send.dataset.later : send.dataset.now;
    if (password && access) password.hidden = access.value !== "password";
  };
  form.addEventListener("change", show);
  show();
}
