// Follows étalon in Chromium by its pages alone, and presses their buttons: moves made by forms and received by the client
// of the documentation, a clock moved, a client certified and a scenario of it played again, a certification with a failure, a
// campaign looked at closely. Each page is reloaded in the middle, which loses nothing, and shown to axe-core; a page of another origin can press nothing, and nobody sees anything
// without the link. `check.cjs ETALON [DIRECTORY-FOR-SCREENSHOTS]`; exits 1 at the first thing that is not so.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");

const installed = createRequire(path.join(__dirname, "../../../target/accessibility/"));
const puppeteer = installed("puppeteer-core");
const axe = installed.resolve("axe-core/axe.min.js");

const [etalon, pictures] = process.argv.slice(2);
if (pictures) require('node:fs').mkdirSync(pictures, { recursive: true });
const place = fs.mkdtempSync(path.join(os.tmpdir(), "etalon-live-"));
const running = new Set();

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, look, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, `never seen: ${what}`);
    await pause(100);
  }
}

// Starts étalon, and waits for the link of its page.
async function start(...words) {
  const child = spawn(etalon, words, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ETALON_LOG: "warn" } });
  running.add(child);
  const run = { child, said: "", ended: new Promise((resolve) => child.on("exit", (code) => resolve(code))) };
  run.ended.then(() => running.delete(child));
  child.stderr.on("data", (data) => (run.said += data));
  run.link = await until(`a link from ${words.join(" ")}`, () => {
    assert.equal(child.exitCode, null, run.said);
    return run.said.match(/http:\/\/127\.0\.0\.1:\d+\/open\/\w+/)?.[0];
  });
  run.origin = new URL(run.link).origin;
  return run;
}

// A browser of its own for each: what one knows, the other does not.
async function opened(browser, run) {
  const context = await browser.createBrowserContext();
  await context.overridePermissions(run.origin, ["clipboard-read", "clipboard-sanitized-write"]);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  // A refusal is an answer like another.
  const isProblem = (message) => message.type() === "error" && !message.text().includes("409 (Conflict)");
  page.on("console", (message) => isProblem(message) && page.problems.push(message.text()));
  await page.goto(run.link);
  assert.equal(page.url(), `${run.origin}/`, "the token does not stay in the address");
  await until("the page follows", () => page.$("#connection[data-state=following]"));
  return page;
}

const text = (page, selector) => page.$eval(selector, (element) => element.innerText);
const shows = (page, selector, wanted) =>
  until(`"${wanted}" in ${selector}`, async () => (await text(page, selector)).includes(wanted));

async function reload(page) {
  await page.reload();
  await until("the page follows again", () => page.$("#connection[data-state=following]"));
}

// What axe-core and the eye find of a page, light and dark, on a phone and on a screen.
async function look(page, run, name) {
  const beside = await page.browserContext().newPage();
  await beside.setBypassCSP(true);
  for (const scheme of ["light", "dark"]) {
    await beside.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of [390, 1280]) {
      await beside.setViewport({ width, height: 900 });
      await beside.goto(`${run.origin}/`);
      await until("the page follows", () => beside.$("#connection[data-state=following]"));
      await pause(400);
      if (pictures) await beside.screenshot({ path: path.join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });
      await beside.addScriptTag({ path: axe });
      const found = await beside.evaluate(async () => {
        document.querySelectorAll("details").forEach((one) => (one.open = true));
        const wide = document.documentElement.scrollWidth > window.innerWidth ? ["it scrolls sideways"] : [];
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return wide.concat(violations.map(({ id, help, nodes }) => `${id}: ${help} — ${nodes[0].target.join(" ")}`));
      });
      assert.deepEqual(found, [], `${name}, ${scheme}, ${width} px`);
    }
  }
  await beside.close();
}

// Nothing without the link; nothing for a page of another origin, though the browser has the cookie.
async function keptFromOthers(browser, page, run, action) {
  const stranger = await (await browser.createBrowserContext()).newPage();
  for (const address of ["/", "/events", "/page.js", new URL(run.link).pathname]) {
    const answer = await stranger.goto(run.origin + address);
    assert.equal(answer.status(), 403, address);
  }
  const form = `<form method="post" action="${run.origin}/actions/${action}"><input name="process" value="CERTDC"></form>`;
  const elsewhere = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end(form));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const other = await page.browserContext().newPage();
  await other.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const read = await other.evaluate(async (address) => {
    const asked = { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ process: "CERTDC" }) };
    await fetch(address, asked).catch(() => null);
    return fetch(new URL("/", address), { credentials: "include" }).then((answer) => answer.text(), () => "refused");
  }, `${run.origin}/actions/${action}`);
  assert.equal(read, "refused", "what a page of another origin reads");
  const [sent] = await Promise.all([other.waitForNavigation(), other.$eval("form", (one) => one.submit())]);
  assert.equal(sent.status(), 403, "a form of a page of another origin");
  await other.close();
  await stranger.close();
  elsewhere.close();
}

// The client of docs/first-client.md, run once.
const client = path.join(place, "client.py");
const documented = fs.readFileSync(path.join(__dirname, "../../../docs/first-client.md"), "utf8");
fs.writeFileSync(client, documented.match(/```python\n([\s\S]*?)```/)[1]);

function runClient(variables) {
  const child = spawn("python3", [client], { stdio: "ignore", env: { ...process.env, ...variables } });
  return new Promise((resolve) => child.on("exit", resolve));
}

// Makes a move by its form: what the page says came of it.
async function move(page, name, outcome = "done") {
  await page.$eval(`form[action$=${name}] output`, (output) => (output.className = ""));
  await page.click(`form[action$=${name}] button`);
  return until(`${name} ${outcome}`, async () => (await text(page, `form[action$=${name}] output.${outcome}`).catch(() => "")).trim());
}

async function hubServe(browser) {
  const target = path.join(place, "hub.toml");
  const run = await start("hub", "serve", "--listen", "127.0.0.1:0", "--clock", "steerable", "--write-target", target, "--live");
  const page = await opened(browser, run);
  await page.select("#deposit-process", "CERTDC");
  const number = (await move(page, "deposit")).match(/DGS-CERTD[\w-]*/)[0];
  await shows(page, "#teledossiers", number);
  await shows(page, "#calls", "/folders");
  await reload(page);
  await shows(page, "#teledossiers", number);
  await keptFromOthers(browser, page, run, "deposit");
  await pause(1500);
  assert.equal(await page.$$eval("#teledossiers > details", (all) => all.length), 1, "nobody else deposited");

  // Received by the client of the documentation.
  const written = fs.readFileSync(target, "utf8");
  const value = (from, name) => from.match(new RegExp(`^${name} *= *"(.*)"`, "m"))?.[1];
  const of = written.split("[[credential]]").filter((one) => value(one, "scope") === "SI" && /processes.*"CERTDC"/.test(one));
  for (const one of of) {
    const code = await runClient({
      HUBEE_TELEDOSSIERS_URL: value(written, "teledossiers_url"), HUBEE_TOKEN_URL: value(written, "token_url"), HUBEE_SCOPE: "SI",
      HUBEE_CLIENT_ID: value(one, "client_id"), HUBEE_CLIENT_SECRET: value(one, "client_secret"), HUBEE_PROCESS: "CERTDC",
    });
    assert.equal(code, 0, "the client of the documentation");
  }
  await page.$eval("#teledossiers details", (one) => (one.open = true));
  await shows(page, "#teledossiers", "DONE");
  assert.ok(await page.$("#teledossiers details[open]"), "what was opened stays open");

  // The other moves, on the télédossier that was chosen; what the hub refuses, the page says.
  await page.select("#folder", await page.$eval("#folder", (it, wanted) => [...it.options].find((one) => one.text === wanted).value, number));
  await move(page, "acknowledge");
  await page.select("#as", "osl");
  await page.type("#message-text", "Bonjour");
  await page.keyboard.press("Enter");
  await until("a message", () => page.$("form[action$=message] output.done"));
  await shows(page, "#teledossiers", "SENDING_MESSAGE");
  await page.select("#as", "");
  assert.match(await move(page, "close"), /clos/);
  await shows(page, "#teledossiers", "CLOSED");
  await page.select("#as", "si");
  assert.match(await move(page, "complete", "refused"), /refusé par le hub/);
  await page.select("#as", "");
  assert.equal(await page.$eval("#folder", (it) => it.selectedOptions[0].text), number, "what was chosen stays chosen");

  // The clock goes forward, and not back.
  const before = new Date(await text(page, "#now")).getTime();
  await page.$eval("#advance-count", (it) => (it.value = "48"));
  await page.select("#advance-unit", "3600");
  const after = new Date(await move(page, "advance")).getTime();
  assert.ok(after - before >= 48 * 3600e3 && after - before < 48 * 3600e3 + 120e3, `${before} ${after}`);
  await until("the time moved", async () => new Date(await text(page, "#now")).getTime() >= after);
  const setTo = async (instant, outcome) => {
    await page.$eval("#advance-to", (it, value) => { it.value = value; it.form.requestSubmit(); }, instant.slice(0, 16));
    return until(`set to ${instant}`, () => text(page, `#advance-to ~ output.${outcome}`).catch(() => ""));
  };
  const instant = new Date(after + 3 * 86400e3).toISOString();
  assert.equal((await setTo(instant, "done")).slice(0, 16), instant.slice(0, 16));
  assert.match(await setTo("2020-01-01T00:00", "refused"), /400/, "the hub refuses to go back");
  assert.match(await move(page, "deposit"), /complété/, "the tokens of before the move are over, and others are asked for");

  await page.select("form[action$=break] select", "NOT-01");
  await page.click("form[action$=break] button");
  await shows(page, "#faults", "NOT-01");
  await look(page, run, "hub-serve");
  await page.click("#faults form button");
  await shows(page, "#faults", "Le hub tient toutes les règles");
  assert.deepEqual(page.problems, []);
  run.child.kill("SIGTERM");
  assert.equal(await run.ended, 0, run.said);
  await until("the page says that étalon has ended", () => page.$("#connection[data-state=ended]"), 5);

  const english = await start("hub", "serve", "--listen", "127.0.0.1:0", "--live", "--lang", "en");
  const spoken = await opened(browser, english);
  assert.equal(await spoken.$eval("html", (it) => it.lang), "en");
  assert.match(await move(spoken, "deposit"), /folder deposited/);
}

// A hub that is asked slowly, so that its certification lasts as long as its page is looked at.
async function slowHub() {
  const target = path.join(place, "slow.toml");
  const hub = spawn(etalon, ["hub", "serve", "--listen", "127.0.0.1:0", "--fault", "NOT-06", "--write-target", target],
    { stdio: "ignore" });
  running.add(hub);
  await until("a slow hub", () => fs.existsSync(target) && fs.readFileSync(target, "utf8").includes("rate = "));
  fs.writeFileSync(target, fs.readFileSync(target, "utf8").replace(/^rate = .*$/m, "rate = 60"));
  return target;
}

async function certifyHub(browser) {
  const report = path.join(place, "hub");
  const target = await slowHub();
  const run = await start("certify", "hub", "--target", target, "--family", "NOT", "FOL", "--report", report, "--live");
  const page = await opened(browser, run);
  await until("a failure", () => page.$("#failures .card"));
  const first = await page.$$eval("#failures .card", (all) => all.at(-1).innerText);
  assert.match(first, /Attendu[\s\S]*Constaté/i);
  await reload(page);
  await until("the failure again", async () => (await text(page, "#failures")).includes(first.split("\n")[0]));
  await look(page, run, "certify-hub");
  await until("the verdict", () => page.$("#verdict .verdict.bad"), 180);
  assert.equal(await run.ended, 1, run.said);
  assert.equal(await page.$eval("#verdict h1", (it) => it.innerText.trim().split("\n").pop()),
    fs.readFileSync(path.join(report, "summary.md"), "utf8").match(/Non conforme.*/)[0].replace(/\*+$/, "").trim());
  await until("the page says that étalon has ended", () => page.$("#connection[data-state=ended]"), 5);
  assert.deepEqual(page.problems, []);
}

async function certifyClient(browser) {
  const report = path.join(place, "client");
  const run = await start("certify", "client", "--actor", "SI", "--wait", "10m", "--feature", "si-reception.feature",
    "--slow", "2s", "--report", report, "--live");
  const page = await opened(browser, run);
  await (await until("the credentials", () => page.$("[data-copy=dot-env]"))).click();
  await shows(page, "[data-copy=dot-env]", "Copié");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const variables = Object.fromEntries([...copied.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
  assert.ok(variables.HUBEE_CLIENT_SECRET, "the credentials of the page");
  await shows(page, "#now", "le client doit le relever");
  let turns = 0;
  let again = null;
  while (!(await page.$("#verdict .facts"))) {
    await runClient(variables);
    if (turns === 0) {
      await shows(page, "#calls", "/notifications");
      const calls = await page.$$eval("#calls > details", (all) => all.length);
      await reload(page);
      await until("the calls again", async () => (await page.$$eval("#calls > details", (all) => all.length)) >= calls);
      assert.ok(!(await text(page, "#calls")).includes(variables.HUBEE_CLIENT_SECRET), "secrets of the calls");
      await look(page, run, "certify-client");
    }
    turns += 1;
    // The first scenario that is over is played again, once.
    if (!again && (await page.$("#scenarios button"))) {
      again = await page.$eval("#scenarios li span[lang]", (it) => it.innerText);
      await page.click("#scenarios button");
      await shows(page, "form[action$=again] output", "joué");
    }
    assert.ok(turns < 60, "the session never ends");
    if (run.child.exitCode === null) await page.click("form[action$=turn-over] button").catch(() => null);
    await pause(300);
  }
  const code = await run.ended;
  assert.ok([0, 3].includes(code), `${code}: ${run.said}`);
  assert.ok(await page.$("#rules .badge.passed"), "rules that passed");
  const told = await page.$$eval("#told .begins", (all) => all.map((one) => one.innerText.replace("▶ ", "")));
  assert.equal(told.filter((one) => one === again).length, 2, `${again}, of ${told.join(", ")}`);
  assert.ok((await text(page, "#notes")).replace(/\s+/g, " ").includes(`${again} » a été joué 2 fois`), "the replay is told");
  const second = path.join(place, "judged");
  const judged = spawn(etalon, ["certify", "client", "--judge", path.join(report, "exchanges.jsonl"), "--report", second]);
  assert.equal(await new Promise((resolve) => judged.on("exit", resolve)), code, "judged again from its record");
  const [one, other] = [report, second].map((it) => JSON.parse(fs.readFileSync(path.join(it, "report.json"), "utf8")).rules);
  assert.deepEqual(other, one, "judged again from its record");
  assert.deepEqual(page.problems, []);

  // The button alone ends a turn to which nobody comes.
  const mute = await start("certify", "client", "--actor", "SI", "--wait", "10m", "--report", path.join(place, "mute"), "--live");
  const alone = await opened(browser, mute);
  await shows(alone, "#now", "le client doit le relever");
  await alone.click("form[action$=turn-over] button");
  assert.equal(await mute.ended, 3, mute.said);
}

const stretch = (page) => page.$eval("#charts [data-from]", ({ dataset }) => ({ from: Number(dataset.from), to: Number(dataset.to) }));
const looksAt = (page, what, is) => until(what, async () => is(await stretch(page)), 10);

// Looks at the charts closely: by the keyboard, then by drawing a stretch with the mouse, and back to the whole.
async function closer(page) {
  await until("some seconds", async () => (await stretch(page)).to > 12);
  await page.focus("[data-zoom=in]");
  await page.keyboard.press("Enter");
  await looksAt(page, "the last half", ({ from }) => from > 0);
  await shows(page, ".zoom output", "dernières secondes");
  const { to } = await stretch(page);
  await looksAt(page, "the present goes on", (now) => now.to > to && now.from > 0);
  await page.click("[data-zoom=earlier]");
  await looksAt(page, "before", (now) => now.to < to);
  const still = await stretch(page);
  await pause(1500);
  assert.deepEqual(await stretch(page), still, "what is past does not go on");
  await page.click("[data-zoom=all]");
  await looksAt(page, "the whole", ({ from }) => from === 0);

  await page.$eval("#charts svg", (it) => it.scrollIntoView({ behavior: "instant" }));
  const box = await (await page.$("#charts svg")).boundingBox();
  const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
  await page.mouse.move(...at(0.4));
  await page.mouse.down();
  await page.mouse.move(...at(0.8), { steps: 4 });
  assert.ok(await page.$("#charts .drawn-stretch"), "the stretch that is drawn");
  await page.mouse.up();
  await looksAt(page, "the stretch that was drawn", ({ from, to }) => from > 0 && to - from >= 10);
  await page.mouse.click(...at(0.5), { count: 2 });
  await looksAt(page, "the whole again", ({ from }) => from === 0);
  await page.click("[data-zoom=in]");
}

async function campaign(browser) {
  const run = await start("load", "run", "plans/ci.toml", "--report", path.join(place, "load"), "--live");
  const page = await opened(browser, run);
  await until("a chart", () => page.$("#charts svg path.line.response"));
  await shows(page, "#operations", "listNotifications");
  const seconds = () => page.$eval("#figures strong", (it) => parseInt(it.innerText, 10));
  const before = await seconds();
  await reload(page);
  await until("the seconds of before the reload", async () => (await seconds()) >= before);
  await closer(page);
  await look(page, run, "load-run");
  // It goes on for longer than it is looked at, on whatever machine; the button ends it.
  await page.click("form[action$=stop] button");
  await until("the verdict", () => page.$("#verdict .facts"), 180);
  const code = await run.ended;
  assert.ok([0, 1, 3].includes(code), `${code}: ${run.said}`);
  assert.ok((await text(page, "#objectives")).includes("listNotifications"));
  await until("the whole at the end", async () => (await stretch(page)).from === 0);
  assert.ok(await page.$eval("[data-zoom=in]", (it) => it.disabled), "nobody answers any more");
  assert.deepEqual(page.problems, []);
}

async function main() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
  const only = process.env.ONLY?.split(",");
  try {
    for (const followed of [hubServe, certifyHub, certifyClient, campaign]) {
      if (only && !only.includes(followed.name)) continue;
      await followed(browser);
      console.log(`${followed.name}: followed`);
    }
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  running.forEach((child) => child.kill("SIGKILL"));
  await browser.close();
  fs.rmSync(place, { recursive: true, force: true });
}

main();
