// A file may be dropped anywhere on the zone around a file input; the input does the rest.
const zone = (event) => event.target instanceof Element && event.target.closest("[data-drop]");

document.addEventListener("dragover", (event) => {
  if (!zone(event)) return;
  event.preventDefault();
  zone(event).classList.add("drop--over");
});

for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => zone(event) && zone(event).classList.remove("drop--over"));
}

document.addEventListener("drop", (event) => {
  const input = zone(event) && zone(event).querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
});
