// Renders components with the real Nunjucks, for comparison: reads lines of JSON {component, options,
// safe} from standard input and prints one JSON string a line, or null where Nunjucks fails. Run by the
// tests of crates/app/src/web/govuk.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const modules = process.argv[2];
const require = createRequire(`${modules}/anchor.js`);
const nunjucks = require("nunjucks");
const environment = nunjucks.configure(`${modules}/govuk-frontend/dist`, { autoescape: true });
const macro = (name) => "govuk" + name.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("");
const kept = ["html", "text", "titleText", "summaryText"];

// Marks as safe what `marked` in the tests marks.
const marked = (value, key = "", parent = "") => {
  if (typeof value === "string") {
    return kept.includes(key) || parent === "attributes" ? nunjucks.runtime.markSafe(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => marked(item, "", key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marked(item, name, key)]));
};

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  const name = macro(call.component);
  const options = call.safe ? marked(call.options) : call.options;
  const template = `{% from "govuk/components/${call.component}/macro.njk" import ${name} %}{{ ${name}(options) }}`;
  let html = null;
  try {
    html = environment.renderString(template, { options });
  } catch {
    // The test counts what was compared.
  }
  process.stdout.write(JSON.stringify(html) + "\n");
}
