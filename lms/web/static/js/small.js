// Small buttons: close a message, show a password, copy code, print.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-dismiss], [data-reveal], [data-copy], [data-print]");
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
  if ("print" in button.dataset) window.print();
});

for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false;
if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
