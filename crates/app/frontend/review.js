// Review lists: in a row that has the focus, one key decides, and the next row gets the focus.
const typing = "textarea, select, input:not([type=radio], [type=checkbox])";

for (const list of document.querySelectorAll("[data-review]")) {
  const rows = [...list.querySelectorAll("[data-review-row]")];
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(typing)) return;
    const row = event.target.closest("[data-review-row]");
    const choice = row?.querySelector(`input[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    const next = rows[rows.indexOf(row) + 1] ?? list.querySelector("[data-review-save]");
    (next.querySelector("input[type=radio]:checked") ?? next.querySelector("input[type=radio], button")).focus();
  });
}
