// Renders components with the real Nunjucks, for comparison: reads lines of JSON {component, options}
// from standard input and prints one JSON string a line. Run by the test of crates/app/src/web/govuk.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const modules = process.argv[2];
const require = createRequire(`${modules}/anchor.js`);
const nunjucks = require("nunjucks");
const environment = nunjucks.configure(`${modules}/govuk-frontend/dist`, { autoescape: true });
const macro = (name) => "govuk" + name.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("");

for await (const line of createInterface({ input: process.stdin })) {
  const { component, options } = JSON.parse(line);
  const name = macro(component);
  const template = `{% from "govuk/components/${component}/macro.njk" import ${name} %}{{ ${name}(options) }}`;
  process.stdout.write(JSON.stringify(environment.renderString(template, { options })) + "\n");
}
