// Walks the pages in a real Chromium: every sort of page, as three people, at two widths, with and
// without JavaScript. No axe violation (WCAG 2.2 AA), no script error, nothing wider than a phone.
//
//   node browser.mjs MODULES URL [FOLDER-FOR-PICTURES]
//
// Run by `scripts/browser-tests`, which starts the program first.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";

const [modules, base, pictures] = process.argv.slice(2);
const require = createRequire(`${modules}/anchor.js`);
const { chromium } = require("playwright-core");
const axe = readFileSync(`${modules}/axe-core/axe.min.js`, "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDTHS = [1280, 390];
// Where each person starts, and how many pages of one sort they look at.
const WALKS = [
  [["director", "/?at=2021-03-26", 2]],
  [["administrator", "/accounts", 1], ["reader", "/", 1], ["public", "/", 1], ["public", "/updates", 2], ["public", "/sign-in", 1]],
];
if (pictures) mkdirSync(pictures, { recursive: true });

const problems = [];
let looked = 0;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A page's sort: its address without ids, names and questions. */
function sort(url) {
  const path = url.pathname.replace(/[0-9a-f]{32}/g, "ID").replace(/\/entries\/\d+/, "/entries/N");
  const fields = [...url.searchParams.keys()].filter((key) => !["at", "known", "page", "sort", "q", "name", "language"].includes(key));
  return path + (url.searchParams.has("name") ? "?name" : "") + (fields.length && path.startsWith("/payments") ? `?${fields[0]}` : "");
}

function report(person, width, url, what) {
  problems.push(`${person} at ${width}: ${url.pathname}${url.search}: ${what}`);
}

async function signIn(context, login) {
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("#login", login);
  await page.fill("#password", "harrowmere example");
  await page.locator("main form").first().locator("button[type=submit], button:not([type])").last().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.close();
}

async function check(page, person, width, url) {
  await page.evaluate(axe);
  const found = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
  for (const violation of found.violations) {
    const where = violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ");
    report(person, width, url, `axe ${violation.id}: ${violation.help} (${where})`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 1) report(person, width, url, `wider than the window by ${wide} px`);
  const headings = await page.locator("h1").count();
  if (headings !== 1) report(person, width, url, `${headings} first headings`);
}

/** So many pages of every sort that can be reached from the start, as somebody. */
async function walk(person, start, each) {
  const context = await browser.newContext({ viewport: { width: WIDTHS[0], height: 900 } });
  if (person !== "public") await signIn(context, person);
  const page = await context.newPage();
  let here = new URL(start, base);
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of 4")) report(person, WIDTHS[0], here, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => report(person, WIDTHS[0], here, `script: ${error.message}`));
  const waiting = [here];
  const seen = new Map();
  const visited = [];
  while (waiting.length) {
    here = waiting.shift();
    const kind = sort(here);
    const times = seen.get(kind) ?? 0;
    if (times >= each) continue;
    seen.set(kind, times + 1);
    const response = await page.goto(here.href);
    if (!(response.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    if (response.status() !== 200) {
      report(person, WIDTHS[0], here, `answered ${response.status()}`);
      continue;
    }
    looked += 1;
    visited.push(here);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await check(page, person, width, here);
      if (pictures) await page.screenshot({ path: `${pictures}/${person}-${kind.replace(/\W+/g, "-")}-${times}-${width}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: WIDTHS[0], height: 900 });
    const links = await page.locator("a[href]").evaluateAll((anchors) => anchors.filter((a) => !a.hasAttribute("download")).map((a) => a.href));
    for (const link of links) {
      const url = new URL(link);
      url.hash = "";
      const file = url.searchParams.get("format") === "csv" || /\.(csv|json|xlsx|jsonl|svg|png|atom)$/.test(url.pathname) || url.pathname.endsWith("/source") || url.pathname.startsWith("/api/");
      if (url.origin === new URL(base).origin && !file) waiting.push(url);
    }
  }
  await context.close();
  return visited;
}

/** The same pages where scripts are off: each must say as much. */
async function withoutScripts(person, pages) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
  if (person !== "public") await signIn(context, person);
  const page = await context.newPage();
  for (const url of pages) {
    const response = await page.goto(url.href);
    if (response.status() !== 200) report(person, "no script", url, `answered ${response.status()}`);
    const hidden = await page.locator("main .hb-js:visible").count();
    if (hidden) report(person, "no script", url, "shows what only works with a script");
    const said = (await page.locator("main").innerText()).trim().length;
    if (said < 20) report(person, "no script", url, "says nothing");
  }
  await context.close();
}

/** Walks one after another; two rows of them keep two processors busy. */
async function row(walks) {
  for (const [person, start, each] of walks) {
    const pages = await walk(person, start, each);
    if (person === "director" || person === "public") await withoutScripts(person, pages);
    console.log(`${person} from ${start}: ${pages.length} pages`);
  }
}

await Promise.all(WALKS.map(row));
await browser.close();

for (const problem of [...new Set(problems)]) console.log(`PROBLEM ${problem}`);
console.log(`${looked} passed, ${new Set(problems).size} failed`);
process.exit(problems.length ? 1 : 0);
