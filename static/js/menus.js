// Menus: a line shows its label as it is typed, and what was added is spoken.

const form = document.getElementById("menu-form");

form.addEventListener("input", (event) => {
  const shown = form.querySelector(`[data-shows="${event.target.id}"]`);
  if (shown) shown.textContent = event.target.value.trim() || shown.dataset.without;
});

form.addEventListener("htmx:after:swap", () => {
  const lines = form.querySelectorAll("#menu-lines li");
  if (lines.length === Number(form.dataset.lines)) return;
  const name = lines[lines.length - 1].dataset.name;
  form.dataset.lines = lines.length;
  form.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector("toast-stack")?.say(form.dataset.added.replace("{name}", name));
});

form.dataset.lines = form.querySelectorAll("#menu-lines li").length;
