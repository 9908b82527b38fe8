// What the drivers of the pages share: a browser with a virtual authenticator, pictures of pages, and
// an app that asks for access.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { chromium } from "playwright-core";

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

export const launch = (executablePath) => chromium.launch({
  executablePath, headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

export const newContext = (browser) => browser.newContext({ ignoreHTTPSErrors: true });

// A page whose complaints are kept: a script or style that the policy refused is an error of ours.
export const newPage = async (context, complaints) => {
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return page;
};

// What axe-core holds against a page (WCAG 2.2 A and AA, and its best practices), in a line for each.
const violations = async (page) => {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(
    document, { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] }));
  return found.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`);
};

// Of the width of a desk, a phone and a small phone (which is also a desk at 400 %), in both schemes;
// kept if a folder is named. Nothing is wider than the window, and axe-core finds nothing wrong.
export const picture = async (page, name, folder) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [[1280, 900], [390, 844], [320, 568]]) {
      await page.setViewportSize({ width, height });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} is ${wide} wide on ${width}`);
      if (folder) await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`,
                                          fullPage: true });
    }
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
  }
};

export const press = (page, name) => Promise.all([
  page.waitForNavigation(), page.getByRole("button", { name, exact: true }).click()]);

export const signOut = async (page) => {
  await page.getByRole("button", { name: "Sign out" }).last().click();
  await page.waitForURL(/sign-in/);
};

export const addAuthenticator = async (context, page) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true,
               hasUserVerification: true, isUserVerified: true,
               automaticPresenceSimulation: true } });
  return { devtools, authenticatorId };
};

// The app: a page that keeps what comes back.
export const startApp = async (base, clientId) => {
  const answers = [];
  const server = http.createServer((request, response) => {
    if (request.url.startsWith("/callback")) answers.push(new URL(request.url, "http://127.0.0.1"));
    response.end("<!doctype html><title>app</title>done");
  });
  await new Promise((resolve) => server.listen(Number(process.env.APP_PORT), "127.0.0.1", resolve));
  const callback = `http://127.0.0.1:${server.address().port}/callback`;
  const askFor = (scope, more = {}) => {
    const verifier = base64url(randomBytes(32));
    const url = new URL(`${base}/oauth/authorize`);
    url.search = new URLSearchParams({
      response_type: "code", client_id: clientId, redirect_uri: callback, scope,
      state: "state-1", nonce: "nonce-1", aud: `${base}/fhir`, code_challenge_method: "S256",
      code_challenge: base64url(createHash("sha256").update(verifier).digest()), ...more });
    return { url: url.href, verifier };
  };
  return { answers, callback, askFor, close: () => server.close() };
};
