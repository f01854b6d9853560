// Small buttons: close a message, show a password, copy code, put a value into a field, print.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-dismiss], [data-reveal], [data-copy], [data-set], [data-print]");
  if (!button) return;
  if (button.dataset.dismiss) button.closest(button.dataset.dismiss).remove();
  if (button.dataset.reveal) {
    const input = document.getElementById(button.dataset.reveal);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  }
  if ("copy" in button.dataset) {
    await navigator.clipboard.writeText(button.closest(".code-block").querySelector("pre").textContent);
    button.querySelector("span").textContent = button.dataset.done;
  }
  if (button.dataset.set) {
    const field = document.getElementById(button.dataset.set);
    field.value = "append" in button.dataset && field.value ? `${field.value}\n${button.dataset.value}` : button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if ("append" in button.dataset) field.focus();
  }
  if ("print" in button.dataset) window.print();
});

// The clipboard is there on https and localhost only.
if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = true;

// Good news leaves by itself, unless somebody is at it; a problem stays until it is closed.
const TOAST_SECONDS = 10;
setTimeout(() => {
  for (const toast of document.querySelectorAll(".toast:is(.tone-good, .tone-info):not(:hover, :focus-within)")) toast.remove();
}, TOAST_SECONDS * 1000);
