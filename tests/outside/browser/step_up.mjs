// A step-up (RFC 9470) from end to end. An app written with openid-client is refused by the API, reads
// from the challenge how its user has to sign in, sends them to sign in so, and repeats its request:
// once because of what they proved, once because of when. Whoever comes back with less is refused
// again. The browser is real, with a virtual authenticator.
// Arguments: BASE_URL BROWSER USER CODE PATIENT MAX_AGE (seconds, as the policy says for writing).
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { oneTimePassword } from "../clients/browser.mjs";
import * as pages from "./pages.mjs";
import { press } from "./pages.mjs";

globalThis.crypto ??= webcrypto;
const client = await import("openid-client");

const [base, executablePath, user, code, patient, maxAge] = process.argv.slice(2);
const password = "seven purple otters";
const scope = "openid offline_access user/Patient.crus";
const record = new URL(`${base}/fhir/Patient/${patient}`);

const app = await pages.startApp(base, "step-up-app");
const browser = await pages.launch(executablePath);
const complaints = [];
const context = await pages.newContext(browser);
const page = await pages.newPage(context, complaints);

// The person has a passkey, and signs in without it: with two passwords.
await pages.addAuthenticator(context, page);
await page.goto(`${base}/sign-in/code`);
await page.getByLabel("User name").fill(user);
await page.getByLabel("Code", { exact: true }).fill(code);
await press(page, "Continue");
await press(page, "Add a passkey");
await page.getByRole("link", { name: "I have saved them" }).click();
await page.goto(`${base}/account/password`);
await page.getByLabel("New password", { exact: true }).fill(password);
await page.getByLabel("New password again").fill(password);
await press(page, "Set a password");
await page.goto(`${base}/account/one-time-password`);
const secret = (await page.locator("code").innerText()).replaceAll(" ", "");
await page.getByLabel("Six-digit code").fill(oneTimePassword(secret));
await press(page, "Set it up");
await page.goto(`${base}/account`);
await pages.signOut(page);
await page.getByLabel("User name").fill(user);
await page.getByLabel("Password").fill(password);
await press(page, "Sign in");
await page.getByLabel("Six-digit code").fill(oneTimePassword(secret, 30));
await press(page, "Sign in");
assert.match(page.url(), /\/account$/);

const configuration = await client.discovery(new URL(base), "step-up-app", {}, client.None());
client.enableNonRepudiationChecks(configuration);
const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair("ES256"));

// A request for authorization with these parameters beside the usual ones. The person proves what
// the page asks for, and allows it, as a public app needs each time; the app redeems the answer.
async function authorize(parameters, prove = async () => {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: app.callback, scope, aud: `${base}/fhir`, state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256", ...parameters });
  const before = app.answers.length;
  await page.goto(url.href);
  await prove();
  if (parameters.prompt !== "none") await press(page, "Allow");
  assert.equal(app.answers.length, before + 1, `the app got no answer: ${page.url()}`);
  return client.authorizationCodeGrant(
    configuration, new URL(app.answers.at(-1).search, app.callback),
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
    undefined, { DPoP });
}

const send = (tokens, method, body) =>
  client.fetchProtectedResource(
    configuration, tokens.access_token, record, method, body && JSON.stringify(body),
    new Headers(body && { "content-type": "application/fhir+json" }), { DPoP });
const change = (tokens) =>
  send(tokens, "PUT", { resourceType: "Patient", id: patient, active: true });

// What the API asks for, as the library reads it from the header.
async function challenged(promise) {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof client.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    const named = error.cause.filter(({ parameters }) => parameters.error);
    assert.equal(named.length, 1);
    assert.equal(named[0].scheme, "dpop");
    const { error: why, acr_values, max_age } = named[0].parameters;
    assert.equal(why, "insufficient_user_authentication");
    return { acr_values, max_age };
  }
  return assert.fail("it was accepted, and the person had not proved enough");
}

const usePasskey = async () => {
  assert.equal(await page.getByLabel("Password").count(), 0, "a password would not be enough");
  await press(page, "Sign in with a passkey");
};
const claims = (tokens) => JSON.parse(Buffer.from(tokens.access_token.split(".")[1], "base64url"));

// 1. What they proved is enough to read and too little to write.
const weak = await authorize({});
assert.equal(claims(weak).acr, "mfa");
assert.equal((await send(weak, "GET")).status, 200);
const asked = await challenged(change(weak));
assert.deepEqual(asked, { acr_values: "phr", max_age: maxAge });

// 2. Coming back no stronger does not help: a request without what was asked, or with less of it (F14).
for (const less of [{}, { acr_values: "mfa" }, { max_age: "3600" }]) {
  const again = await authorize(less);
  assert.equal(claims(again).acr, "mfa");
  assert.deepEqual(await challenged(change(again)), asked);
}

// 3. With exactly what was asked, the page asks for the passkey, and the request succeeds.
const strong = await authorize(asked, usePasskey);
assert.equal(claims(strong).acr, "phr");
assert.equal(claims(strong).sub, claims(weak).sub);
assert.equal((await change(strong)).status, 200);
// The token from before has not become stronger (SU4).
assert.deepEqual(await challenged(change(weak)), asked);

// 4. The sign-in is as strong as before, and too long ago: neither a refresh nor a return without a
// sign-in makes it younger.
const over = claims(strong).auth_time + Number(maxAge) + 2;
await new Promise((resolve) => setTimeout(resolve, Math.max(0, over * 1000 - Date.now())));
const refreshed = await client.refreshTokenGrant(
  configuration, strong.refresh_token, undefined, { DPoP });
assert.equal(claims(refreshed).auth_time, claims(strong).auth_time);
assert.equal((await send(refreshed, "GET")).status, 200);
const late = await challenged(change(refreshed));
assert.deepEqual(late, asked);
const silent = await authorize({ acr_values: late.acr_values });
assert.equal(claims(silent).acr, "phr");
assert.deepEqual(await challenged(change(silent)), asked);
await assert.rejects(authorize({ ...late, prompt: "none" }), { error: "login_required" });

// 5. Repeated, it succeeds.
const fresh = await authorize(late, usePasskey);
assert(claims(fresh).auth_time > claims(strong).auth_time);
assert.equal((await change(fresh)).status, 200);

assert.deepEqual(complaints, []);
await browser.close();
app.close();
console.log("an app comes back stronger, with what the API asked for");
