// Single keys press what carries data-key; "mod+enter" works in a text field too. A visitor can switch single keys off
// (WCAG 2.1.4), which is kept in this browser alone.
const STORE = "keys-off";

function off() {
  try { return localStorage.getItem(STORE) === "1"; } catch { return false; }
}

function show() {
  document.documentElement.toggleAttribute("data-keys-off", off());
  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.checked = !off();
  }
}

function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
    || (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(target.type)));
}

document.addEventListener("keydown", (event) => {
  const withMod = event.ctrlKey || event.metaKey;
  if (event.altKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && typing(event.target) && document.querySelector("[data-key]")) { event.target.blur(); return; }
  const key = withMod ? (event.key === "Enter" ? "mod+enter" : null) : event.key.toLowerCase();
  if (!key || (!withMod && (off() || typing(event.target)))) return;
  const target = [...document.querySelectorAll("[data-key]")].find((item) => item.dataset.key === key && item.offsetParent);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) { target.focus(); target.select?.(); } else target.click();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  try { localStorage.setItem(STORE, event.target.checked ? "0" : "1"); } catch { /* private mode: for this page only */ }
  show();
});

show();
