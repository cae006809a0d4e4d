// Everything works without this script. It only makes some things quicker.
import { initAll } from "./govuk-frontend.js";
import "./review.js";

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

// Progress of a job, as it happens; the page loads again when it needs somebody or has ended.
for (const place of document.querySelectorAll("[data-job]")) {
  const said = place.querySelector("[data-job-said]");
  const bar = place.querySelector("progress");
  const events = new EventSource(place.dataset.job);
  events.onmessage = (event) => {
    const { state, progress } = JSON.parse(event.data);
    if (state !== "running" && state !== "waiting") {
      events.close();
      location.reload();
      return;
    }
    bar.value = progress.percent;
    const left = progress.seconds_left ? `, about ${progress.seconds_left.toLocaleString("en-GB")} seconds left` : "";
    said.textContent = `${progress.rows.toLocaleString("en-GB")} rows read, ${progress.rows_per_second.toLocaleString("en-GB")} a second${left}.`;
  };
}
