// The sign-in pages in a real browser with a virtual authenticator (WebAuthn through the DevTools
// protocol): a first sign-in by code, password, one-time password, passkey, an app's consent, the
// account. Arguments: BASE_URL BROWSER USER CODE PATIENT FOLDER; pictures go to FOLDER, if one is named.
import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import { chromium } from "playwright-core";

const [base, executablePath, user, code, patient, folder] = process.argv.slice(2);
const password = "seven purple otters";

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

// RFC 6238, written down a second time.
const oneTimePassword = (secret, step) => {
  const bits = [...secret.replace(/ /g, "")].map((c) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, "0");
};
const stepNow = () => Math.floor(Date.now() / 30000);
const nextStep = async (after) => {
  while (stepNow() + 1 <= after) await new Promise((resolve) => setTimeout(resolve, 500));
  return Math.max(stepNow(), after + 1);
};

// The app: a page that keeps what comes back.
const answers = [];
const app = http.createServer((request, response) => {
  if (request.url.startsWith("/callback")) answers.push(new URL(request.url, "http://127.0.0.1"));
  response.end("<!doctype html><title>app</title>done");
});
await new Promise((resolve) => app.listen(Number(process.env.APP_PORT), "127.0.0.1", resolve));
const callback = `http://127.0.0.1:${app.address().port}/callback`;

const browser = await chromium.launch({
  executablePath, headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const complaints = [];
const newContext = () => browser.newContext({ ignoreHTTPSErrors: true });
const newPage = async (context) => {
  const page = await context.newPage();
  // A script or style that the policy refused is an error of ours.
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return page;
};

const picture = async (page, name) => {
  if (!folder) return;
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      await page.setViewportSize({ width, height });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} is ${wide} wide on ${width}`);
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`,
                              fullPage: true });
    }
  }
};
const press = async (page, name) => {
  await Promise.all([page.waitForNavigation(),
                     page.getByRole("button", { name, exact: true }).click()]);
};
const addAuthenticator = async (context, page) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true,
               hasUserVerification: true, isUserVerified: true,
               automaticPresenceSimulation: true } });
  return { devtools, authenticatorId };
};
const askFor = (scope, more = {}) => {
  const verifier = base64url(randomBytes(32));
  const url = new URL(`${base}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: "code", client_id: "browser-app", redirect_uri: callback, scope,
    state: "state-1", nonce: "nonce-1", aud: `${base}/fhir`, code_challenge_method: "S256",
    code_challenge: base64url(createHash("sha256").update(verifier).digest()), ...more });
  return { url: url.href, verifier };
};

// 1. A new user: the administrator's code, a password with one-time passwords.
const context = await newContext();
const page = await newPage(context);
await page.goto(`${base}/sign-in`);
assert.equal(await page.title(), "Sign in – Salus");
await picture(page, "sign-in");
await page.getByRole("link", { name: /recovery code/ }).click();
await page.getByLabel("User name").fill(user);
await page.getByLabel("Code", { exact: true }).fill("AAAA-BBBB-CCCC-DDDD");
await press(page, "Continue");
assert.match(await page.getByRole("alert").innerText(), /did not work/);
await picture(page, "code");
await page.getByLabel("User name").fill(user);
await page.getByLabel("Code", { exact: true }).fill(code);
await press(page, "Continue");
assert.match(page.url(), /\/account$/);
await picture(page, "enrol");
await page.getByRole("link", { name: "Set", exact: true }).click();
await picture(page, "password");
await page.getByLabel("New password").fill(password);
await page.getByLabel("The same again").fill(password);
await press(page, "Set a password");
await page.getByRole("link", { name: "Set up" }).click();
const secret = await page.locator("code").innerText();
await picture(page, "one-time-password-setup");
let step = stepNow();
await page.getByLabel("One-time password").fill(oneTimePassword(secret, step));
await press(page, "Set it up");
assert.equal(await page.locator(".codes li").count(), 10);
const recovery = await page.locator(".codes li").allInnerTexts();
await picture(page, "recovery-codes");
await page.getByRole("link", { name: "I have put them by" }).click();
await press(page, "Sign out");

// 2. Both passwords.
await page.getByLabel("User name").fill(user);
await page.getByLabel("Password").fill("not this one");
await press(page, "Sign in");
await picture(page, "did-not-work");
await page.getByLabel("User name").fill(user);
await page.getByLabel("Password").fill(password);
await press(page, "Sign in");
await picture(page, "one-time-password");
step = await nextStep(step);
await page.getByLabel("One-time password").fill(oneTimePassword(secret, step));
await press(page, "Sign in");
assert.match(page.url(), /\/account$/);

// 3. A passkey, added and used.
const { devtools, authenticatorId } = await addAuthenticator(context, page);
await press(page, "Add a passkey");
const { credentials } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
assert.equal(credentials.length, 1);
assert.equal(credentials[0].isResidentCredential, true);
await picture(page, "account");
await page.getByRole("button", { name: "Sign out" }).last().click();
await page.waitForURL(/sign-in/);
await press(page, "Sign in with a passkey");
assert.match(page.url(), /\/account$/);

// 4. An app asks: consent, and then the answer.
const first = askFor("openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs " +
                     "patient/MedicationRequest.rs offline_access");
await page.goto(first.url);
await picture(page, "patient");
await page.getByLabel("Family or given name").fill("exam");
await page.getByLabel("Birth date").fill("1990-05-17");
await press(page, "Find the patient");
assert.match(await page.locator("h1").innerText(), /Which patient/);
await picture(page, "patients");
await press(page, "Choose this patient");
assert.match(await page.locator("h1").innerText(), /asks for access/);
await picture(page, "consent");
await press(page, "Allow");
assert.equal(answers.length, 1);
assert.equal(answers[0].searchParams.get("state"), "state-1");
assert.equal(answers[0].searchParams.get("iss"), base);
const tokens = await page.request.post(`${base}/oauth/token`, { form: {
  grant_type: "authorization_code", client_id: "browser-app", redirect_uri: callback,
  code: answers[0].searchParams.get("code"), code_verifier: first.verifier } });
assert.equal(tokens.status(), 200, await tokens.text());
const token = await tokens.json();
assert.equal(token.patient, patient);
const read = await page.request.get(`${base}/fhir/Patient/${patient}`,
                                    { headers: { Authorization: `Bearer ${token.access_token}` } });
assert.equal(read.status(), 200);

// 5. An app that needs a passkey sends whoever has two passwords to it.
const other = await newContext();
const second = await newPage(other);
await second.goto(askFor("openid user/Observation.rs", { acr_values: "phr" }).url);
assert.equal(await second.getByLabel("Password").count(), 0);
await picture(second, "passkey-needed");

// 6. What the app was allowed ends.
await page.goto(`${base}/account`);
await picture(page, "account-with-app");
await page.locator("li", { hasText: "Growth Chart" }).getByRole("button").click();
await page.waitForLoadState();
const after = await page.request.get(`${base}/fhir/Patient/${patient}`,
                                     { headers: { Authorization: `Bearer ${token.access_token}` } });
assert.equal(after.status(), 401);

// 7. Everything lost: a recovery code.
await second.goto(`${base}/sign-in/code`);
await second.getByLabel("User name").fill(user);
await second.getByLabel("Code", { exact: true }).fill(recovery[4].toLowerCase());
await press(second, "Continue");
assert.match(await second.locator("h1").innerText(), /Set up how you sign in/);
await addAuthenticator(other, second);
await press(second, "Add a passkey");
// What was signed in before is not any more.
await page.goto(`${base}/account`);
assert.match(page.url(), /\/sign-in$/);

assert.deepEqual(complaints, []);
await browser.close();
app.close();
console.log("the sign-in pages work in a browser");
