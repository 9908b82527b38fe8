// node apache.mjs ISSUER SITE USER PASSWORD SECRET: what a browser goes through at a site that Apache's
// mod_auth_openidc protects: sent to sign in, back with a code, inside, and out again.
import assert from "node:assert/strict";
import http from "node:http";
import { Browser, signIn } from "./browser.mjs";

const [issuer, site, name, password, secret] = process.argv.slice(2);
const cookies = new Map();

// Apache's own cookies, and where it sends us. fetch() would say that it is no navigation.
async function ask(url) {
  const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join("; ");
  const headers = { accept: "text/html", ...(cookie ? { cookie } : {}) };
  const response = await new Promise((resolve, reject) =>
    http.get(url, { headers }, resolve).on("error", reject));
  let text = "";
  for await (const part of response) text += part;
  for (const line of response.headers["set-cookie"] ?? []) {
    const pair = line.split(";")[0];
    const at = pair.indexOf("=");
    if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return { status: response.statusCode, location: response.headers.location,
           user: response.headers["x-user"], text };
}

const first = await ask(`${site}/private/index.html`);
assert.equal(first.status, 302, first.text);
const request = new URL(first.location);
assert.equal(request.origin + request.pathname, `${issuer}/oauth/authorize`);
assert.equal(request.searchParams.get("code_challenge_method"), "S256");

const browser = new Browser(issuer);
assert.equal(await browser.go(request.href), null);
assert.equal(await signIn(browser, { name, password, secret, step: 1 }), null);
const back = await browser.send("/sign-in/consent", { decision: "allow" });
assert.equal(back.origin, site);
const landed = await ask(back.href);
assert.equal(landed.status, 302, landed.text);
const inside = await ask(landed.location);
assert.equal(inside.status, 200, inside.text);
assert.equal(inside.text.trim(), "inside");
assert.match(inside.user, /^[0-9a-f]{32}/);

// Out: Apache ends its session and sends the browser to end ours, which comes back.
const out = await ask(`${site}/private/callback?logout=${encodeURIComponent(`${site}/out.html`)}`);
assert.equal(out.status, 302, out.text);
const end = new URL(out.location);
assert.equal(end.origin + end.pathname, `${issuer}/oauth/logout`);
const left = await browser.go(end.href);
assert.equal(left.href.split("?")[0], `${site}/out.html`);
await browser.go(request.href);
assert(browser.has('name="username"'), browser.text());
