// Everything works without this script. It only makes some things quicker.
import { initAll } from "./govuk-frontend.js";
import "./review.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// The official drop zone hides a comma in its button, which makes the name that is spoken differ from
// the words that are seen.
for (const comma of document.querySelectorAll(".govuk-file-upload-button > .govuk-visually-hidden")) comma.remove();

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
    const number = (count, what) => `${count.toLocaleString("en-GB")} ${what}${count === 1 ? "" : "s"}`;
    const left = progress.seconds_left ? `, about ${number(progress.seconds_left, "second")} left` : "";
    const read = progress.rows ? `${number(progress.rows, "row")} read, ${progress.rows_per_second.toLocaleString("en-GB")} a second` : `${progress.percent}% read`;
    if (state === "waiting") said.textContent = "Waiting for other work to end.";
    else said.textContent = progress.percent === 100 ? "All read. Working out what it comes to." : `${read}${left}.`;
  };
}
