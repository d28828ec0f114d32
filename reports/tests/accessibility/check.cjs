// Opens pages in Chromium, light and dark, on a phone, a tablet and a screen, and asks axe-core about each:
// `check.cjs PAGE…` prints what it finds, and exits 1 when that is anything. That axe finds nothing is no proof of
// conformance with the RGAA: most of its criteria are for people to judge.
const path = require("node:path");
const { createRequire } = require("node:module");

const place = path.join(__dirname, "../../../target/accessibility/");
const installed = createRequire(place);
const puppeteer = installed("puppeteer-core");
const axe = installed.resolve("axe-core/axe.min.js");

const WIDTHS = [320, 768, 1280];
const SCHEMES = ["light", "dark"];

async function findings(page, file) {
  const found = new Map();
  for (const scheme of SCHEMES) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      await page.goto(`file://${path.resolve(file)}`);
      await page.addScriptTag({ path: axe });
      // What is folded is opened: it is read too.
      const result = await page.evaluate(async () => {
        document.querySelectorAll("details").forEach((one) => (one.open = true));
        const wide = document.documentElement.scrollWidth > window.innerWidth;
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return { wide, violations: violations.map(({ id, help, nodes }) => ({ id, help, at: nodes[0].target.join(" "), count: nodes.length })) };
      });
      const where = `${scheme}, ${width} px`;
      if (result.wide) found.set(`the page scrolls sideways (${where})`, "");
      for (const { id, help, at, count } of result.violations) {
        found.set(`${id}: ${help}`, `${where}: ${count} times, first at ${at}`);
      }
    }
  }
  return found;
}

async function main(files) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
  let count = 0;
  for (const file of files) {
    const page = await browser.newPage();
    await page.setBypassCSP(true);
    const found = await findings(page, file);
    console.log(`${file}: ${found.size} findings`);
    for (const [what, where] of found) console.log(`  ${what} — ${where}`);
    count += found.size;
    await page.close();
  }
  await browser.close();
  process.exitCode = count > 0 ? 1 : 0;
}

main(process.argv.slice(2));
