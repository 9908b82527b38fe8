// The sign-in pages in a real browser with a virtual authenticator (WebAuthn through the DevTools
// protocol): a first sign-in by code, password, one-time password, passkey, an app's consent, the
// account. Arguments: BASE_URL BROWSER USER CODE PATIENT FOLDER; pictures go to FOLDER, if one is named.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pages from "./pages.mjs";
import { addAuthenticator, press, signOut } from "./pages.mjs";

const [base, executablePath, user, code, patient, folder] = process.argv.slice(2);
const password = "seven purple otters";

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

const app = await pages.startApp(base, "browser-app");
const { answers, askFor, callback } = app;
const browser = await pages.launch(executablePath);
const complaints = [];
const newContext = () => pages.newContext(browser);
const newPage = (context) => pages.newPage(context, complaints);
const picture = (page, name) => pages.picture(page, name, folder);
// What our own script does, done by the library @simplewebauthn/browser: it takes the server's
// options, and the form of the page takes its answer. `kind`: "create" or "get".
const library = readFileSync(new URL(
  "node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js", import.meta.url), "utf8");
const passkeyByLibrary = async (page, kind) => {
  await page.evaluate(library);
  await Promise.all([page.waitForNavigation(), page.evaluate(async (kind) => {
    const form = document.querySelector(`form[data-passkey="${kind}"]`);
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("answer");
    const reply = await fetch(form.dataset.options, { method: "POST", body: fields });
    const { startAuthentication, startRegistration } = SimpleWebAuthnBrowser;
    const answer = await (kind === "create" ? startRegistration : startAuthentication)(
      { optionsJSON: await reply.json() });
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  }, kind)]);
};

// 0. An app's mistake, before anybody is signed in: a page says so, and where its link leads (F9).
const mistaken = await newPage(await newContext());
await mistaken.goto(askFor("everything").url);
assert.equal(await mistaken.title(), "The app made a mistake – Salus");
assert.deepEqual(answers, []);
await picture(mistaken, "app-mistake");
await mistaken.getByText("For whoever looks after the app").click();
assert.match(await mistaken.locator("details").innerText(), /invalid_scope/);
await mistaken.getByRole("link", { name: callback }).click();
await mistaken.waitForURL(/127\.0\.0\.1/);
assert.equal(answers.pop().searchParams.get("error"), "invalid_scope");
await mistaken.context().close();

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
await page.getByLabel("New password", { exact: true }).fill(password);
await page.getByLabel("New password again").fill(password);
await press(page, "Set a password");
await page.getByRole("link", { name: "Set up" }).click();
const secret = await page.locator("code").innerText();
await picture(page, "one-time-password-setup");
let step = stepNow();
await page.getByLabel("Six-digit code").fill(oneTimePassword(secret, step));
await press(page, "Set it up");
assert.equal(await page.locator(".codes li").count(), 10);
const recovery = await page.locator(".codes li").allInnerTexts();
await picture(page, "recovery-codes");
await page.getByRole("link", { name: "I have saved them" }).click();
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
await page.getByLabel("Six-digit code").fill(oneTimePassword(secret, step));
await press(page, "Sign in");
assert.match(page.url(), /\/account$/);

// 3. A passkey, added and used.
const { devtools, authenticatorId } = await addAuthenticator(context, page);
await press(page, "Add a passkey");
const { credentials } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
assert.equal(credentials.length, 1);
assert.equal(credentials[0].isResidentCredential, true);
await picture(page, "account");
await signOut(page);
await press(page, "Sign in with a passkey");
assert.match(page.url(), /\/account$/);
await signOut(page);
await passkeyByLibrary(page, "get");
assert.match(page.url(), /\/account$/);

// 4. An app asks: consent, and then the answer.
const first = askFor("openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs " +
                     "patient/MedicationRequest.rs offline_access " +
                     "patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/" +
                     "condition-category|problem-list-item");
await page.goto(first.url);
await picture(page, "patient");
await page.getByLabel("Family or given name").fill("exam");
await page.getByLabel("Birth date").fill("1990-05-17");
await press(page, "Find the patient");
assert.match(await page.locator("h1").innerText(), /Which patient/);
await picture(page, "patients");
await press(page, /^Choose Grace Example/);
assert.match(await page.locator("h1").innerText(), /asks for access/);
const listed = await page.locator("li").allInnerTexts();
assert(listed.includes(
  "conditions and diagnoses (only entries with category = problem-list-item)"), listed);
assert.match(await page.locator("main").innerText(), /Purpose: care and treatment/);
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
await passkeyByLibrary(second, "create");
// What was signed in before is not any more.
await page.goto(`${base}/account`);
assert.match(page.url(), /\/sign-in$/);
// And what was made by the library signs in.
await second.goto(`${base}/account`);
await signOut(second);
await passkeyByLibrary(second, "get");
assert.match(second.url(), /\/account$/);

assert.deepEqual(complaints, []);
await browser.close();
app.close();
console.log("the sign-in pages work in a browser");
