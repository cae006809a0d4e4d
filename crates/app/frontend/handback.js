// Everything works without this script. It only makes some things quicker.
import { initAll } from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// "Link to exactly this page" copies itself.
for (const link of document.querySelectorAll("[data-copy]")) {
  link.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    const before = link.textContent;
    link.textContent = "Copied";
    link.setAttribute("role", "status");
    setTimeout(() => {
      link.textContent = before;
      link.removeAttribute("role");
    }, 2000);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
