// The first ten minutes of a new authority in a real Chromium, with a stop-watch: the one-time link, an
// account, a name, a month of payments, what is technology, who runs what, and the statement.
//
//   node first.mjs MODULES LINK FILE
//
// Run by `scripts/browser-tests` over an empty data directory and a month of the made-up authority.
import { createRequire } from "node:module";

const [modules, link, file] = process.argv.slice(2);
const require = createRequire(`${modules}/anchor.js`);
const { chromium } = require("playwright-core");
const base = new URL(link).origin;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const begun = Date.now();
let last = begun;

function lap(what) {
  const now = Date.now();
  console.log(`${String(now - last).padStart(6)} ms  ${what.replace(/\s+/g, " ").trim()}`);
  last = now;
}

function must(holds, what) {
  if (!holds) throw new Error(`the first ten minutes: ${what} (${page.url()})`);
}

/** Press a button and wait for the page that follows. */
const press = (what) => Promise.all([page.waitForNavigation(), page.locator(what).first().click()]);

await page.goto(link);
await page.fill("#name", "Ann Baker");
await page.fill("#login", "ann@harrowmere.example");
await page.fill("#password", "three words apart");
await press("main form button.govuk-button:not([type=button])");
lap("an account");

await page.goto(`${base}/first/authority`);
await page.fill("#name", "Harrowmere City Council");
await press("text=Save the name");
lap("a name");

await page.goto(`${base}/imports/new`);
await page.setInputFiles("input[type=file]", file);
await press("text=Look at them");
must((await page.textContent("h1")).includes("payments"), "the file is not seen as payments");
lap(await page.textContent("h1"));
await press("button[value=take]");
await page.waitForFunction(() => !document.querySelector("progress"), null, { timeout: 60000 });
lap("taken in");

await page.goto(`${base}/scope`);
const asked = await page.textContent("h1");
must(/looks like technology/.test(asked), asked);
lap(asked);
await press("text=/Confirm all/");
lap("confirmed");

await page.goto(`${base}/first/services`);
const services = page.locator("form.hb-service");
const many = Math.min(10, (await services.count()) - 1);
for (let place = 0; place < many; place++) {
  const answer = ["in-house", "shared", "unknown"][place % 3];
  await Promise.all([page.waitForNavigation(), services.nth(place).locator(`button[value=${answer}]`).click()]);
}
lap(`${many} answers: ${await page.textContent(".hb-running")}`);
must((await page.textContent(".hb-running")).includes(`of ${many}`), "the line does not fill");

await page.goto(`${base}/`);
const said = await page.textContent(".hb-answer");
must(said.includes(`of ${many} technology services`), said);
lap(said);
console.log(`from the link to the statement: ${Date.now() - begun} ms`);
await browser.close();
