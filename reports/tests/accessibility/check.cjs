// Opens pages in Chromium, light and dark, on a phone, a tablet and a screen, and asks axe-core about each:
// `check.cjs PAGE…` prints what it finds, and exits 1 when that is anything. That axe finds nothing is no proof of
// conformance with the RGAA: most of its criteria are for people to judge.
//
// The report of a whole run has some 40,000 elements, on which measuring every text against what is behind it takes two
// thirds of the time. What is drawn alike has one contrast: of each way in which a page draws a text, the first is measured,
// in either scheme and at each width. Everything else that axe looks for is asked of every element, at each width.
const { availableParallelism } = require("node:os");
const path = require("node:path");
const { createRequire } = require("node:module");

const place = path.join(__dirname, "../../../target/accessibility/");
const installed = createRequire(place);
const puppeteer = installed("puppeteer-core");
const axe = installed.resolve("axe-core/axe.min.js");

const WIDTHS = [320, 768, 1280];
const SCHEMES = ["light", "dark"];
// The rules about colours: the only ones that a scheme changes.
const COLOURS = ["color-contrast", "link-in-text-block"];

// In the page: what axe finds, `colours` alone on the texts that are drawn otherwise than those before them, or all the rest.
async function ask({ colours, only }) {
  // What is folded is opened: it is read too.
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const behind = new Map([[null, ""]]);
  const drawnOn = (element) => {
    if (!behind.has(element)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
      const own = /, 0\)$/.test(backgroundColor) && backgroundImage === "none" ? "" : backgroundColor + backgroundImage;
      behind.set(element, drawnOn(element.parentElement) + own + (opacity === "1" ? "" : opacity));
    }
    return behind.get(element);
  };
  const drawn = (element) => {
    const { color, fontSize, fontWeight, textDecorationLine } = getComputedStyle(element);
    return [element.tagName, color, fontSize, fontWeight, textDecorationLine, drawnOn(element)].join(" ");
  };
  const speaks = (element) =>
    element.matches("input, select") || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const firsts = () => {
    const seen = new Map();
    for (const element of document.body.querySelectorAll("*")) {
      if (speaks(element) && !seen.has(drawn(element))) seen.set(drawn(element), element);
    }
    return [...seen.values()];
  };
  const rules = Object.fromEntries(colours.map((id) => [id, { enabled: false }]));
  const { violations } = only
    ? await window.axe.run({ include: firsts() }, { resultTypes: ["violations"], runOnly: colours })
    : await window.axe.run(document, { resultTypes: ["violations"], rules });
  return {
    wide: document.documentElement.scrollWidth > window.innerWidth,
    violations: violations.map(({ id, help, nodes }) => ({ id, help, at: nodes[0].target.join(" "), count: nodes.length })),
  };
}

async function findings(page, file) {
  const found = new Map();
  await page.goto(`file://${path.resolve(file)}`);
  await page.addScriptTag({ path: axe });
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 900 });
    for (const scheme of SCHEMES) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const parts = [await page.evaluate(ask, { colours: COLOURS, only: true })];
      if (scheme === SCHEMES[0]) parts.push(await page.evaluate(ask, { colours: COLOURS, only: false }));
      const where = `${scheme}, ${width} px`;
      if (parts[0].wide) found.set(`the page scrolls sideways (${where})`, "");
      for (const { id, help, at, count } of parts.flatMap((part) => part.violations)) {
        found.set(`${id}: ${help}`, `${where}: ${count} times, first at ${at}`);
      }
    }
  }
  return found;
}

// Pages are shown by as many browsers as there are processors, two at most: the longest is a whole report.
async function main(files) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const waiting = [...files];
  let count = 0;
  const showing = async () => {
    const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"], protocolTimeout: 600_000 });
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const began = Date.now();
      const page = await browser.newPage();
      await page.setBypassCSP(true);
      const found = await findings(page, file);
      console.log(`${file}: ${found.size} findings (${Math.round((Date.now() - began) / 1000)} s)`);
      for (const [what, where] of found) console.log(`  ${what} — ${where}`);
      count += found.size;
      await page.close();
    }
    await browser.close();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, showing));
  process.exitCode = count > 0 ? 1 : 0;
}

main(process.argv.slice(2));
