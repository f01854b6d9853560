// Ticking rows of a list: "all", and how many are chosen.
const ticks = (form) => [...document.querySelectorAll(`[data-bulk="${CSS.escape(form)}"]`)];

function show(form) {
  const chosen = ticks(form).filter((box) => box.checked).length;
  const all = document.querySelector(`[data-bulk-all="${CSS.escape(form)}"]`);
  if (all) {
    all.checked = chosen > 0 && chosen === ticks(form).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  for (const bar of document.querySelectorAll(`[data-bulk-bar="${CSS.escape(form)}"]`)) {
    bar.hidden = chosen === 0;
    const count = bar.querySelector("[data-bulk-count]");
    if (count) count.textContent = count.dataset.text.replace("{n}", String(chosen));
  }
}

document.addEventListener("change", (event) => {
  const { bulk, bulkAll } = event.target.dataset ?? {};
  if (bulkAll) for (const box of ticks(bulkAll)) box.checked = event.target.checked;
  if (bulk || bulkAll) show(bulk ?? bulkAll);
});

for (const bar of document.querySelectorAll("[data-bulk-bar]")) show(bar.dataset.bulkBar);
