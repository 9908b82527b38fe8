// node people.mjs ISSUER USER CODE KEY ALGORITHM: a person enrols with an administrator's code, signs in for apps
// written with openid-client, which push their requests, use PKCE and DPoP, refresh, ask who it is,
// introspect, revoke, and sign the person out. Clients: "library" (keys in KEY, pushes) and "public".
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { Browser, enrol, signIn } from "./browser.mjs";

globalThis.crypto ??= webcrypto;
const client = await import("openid-client");

const [issuer, name, code, keyFile, algorithm] = process.argv.slice(2);
const jwk = JSON.parse(readFileSync(keyFile, "utf8"));
const key = await crypto.subtle.importKey(
  "jwk", jwk, { name: "ECDSA", namedCurve: jwk.crv }, false, ["sign"]);
const callback = "https://app.example/callback";
const goodbye = "https://app.example/goodbye";
const password = "correct horse battery staple of today";
const scope = "openid profile fhirUser offline_access user/Patient.rs";

const { secret } = await enrol(issuer, name, code, password);
const person = { name, password, secret };

// How ID tokens must be signed: it takes no other.
const signed = { id_token_signed_response_alg: algorithm };
const confidential = await client.discovery(
  new URL(issuer), "library", signed, client.PrivateKeyJwt({ key, kid: jwk.kid }));
assert(confidential.serverMetadata().supportsPKCE());
const open = await client.discovery(new URL(issuer), "public", signed, client.None());

async function begin(configuration, parameters, options = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const all = {
    redirect_uri: callback,
    scope,
    aud: `${issuer}/fhir`,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters,
  };
  const url = options.push
    ? await client.buildAuthorizationUrlWithPAR(configuration, all, options)
    : client.buildAuthorizationUrl(configuration, all);
  return { url, verifier, state, nonce };
}

const redeem = (configuration, landed, begun, options) =>
  client.authorizationCodeGrant(
    configuration, landed,
    { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce },
    undefined, options);

async function refused(promise, expected) {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.error, expected, error);
    return;
  }
  assert.fail(`it was accepted, and should be ${expected}`);
}

// Pushed, bound to a key: what FAPI asks for.
const browser = new Browser(issuer);
const DPoP = client.getDPoPHandle(confidential, await client.randomDPoPKeyPair("ES256"));
const first = await begin(confidential, {}, { push: true, DPoP });
assert.equal(first.url.searchParams.get("redirect_uri"), null);
assert.equal(await browser.go(first.url.href), null);
assert(browser.has('name="username"'), browser.text());
const before = new Map(browser.cookies);
assert.equal(await signIn(browser, { ...person, step: 1 }), null);
assert(browser.has("asks for access"), browser.text());
for (const [cookie, value] of browser.cookies) assert.notEqual(before.get(cookie), value); // F6
const landed = await browser.send("/sign-in/consent", { decision: "allow" });
assert.equal(landed.origin + landed.pathname, callback);
assert.equal(landed.searchParams.get("iss"), issuer);
const tokens = await redeem(confidential, landed, first, { DPoP });
for (const token of [tokens.access_token, tokens.id_token])
  assert.equal(JSON.parse(Buffer.from(token.split(".")[0], "base64url")).alg, algorithm);
assert.equal(tokens.token_type, "dpop");
assert.equal(tokens.claims().acr, "mfa");
assert.match(tokens.claims().sub, /^[0-9a-f]{32}$/);
assert.equal(tokens.claims().fhirUser, `${issuer}/fhir/Practitioner/p1`);

const info = await client.fetchUserInfo(
  confidential, tokens.access_token, tokens.claims().sub, { DPoP });
assert.equal(info.preferred_username, name);
const read = await client.fetchProtectedResource(
  confidential, tokens.access_token, new URL(`${issuer}/fhir/Patient/people`), "GET",
  undefined, undefined, { DPoP });
assert.equal(read.status, 200);

// A second use of the code ends all of it; so does nothing else.
const again = await client.refreshTokenGrant(confidential, tokens.refresh_token, undefined, { DPoP });
assert(again.access_token);
const stranger = client.getDPoPHandle(confidential, await client.randomDPoPKeyPair("ES256"));
await refused(
  client.refreshTokenGrant(confidential, tokens.refresh_token, undefined, { DPoP: stranger }),
  "invalid_grant");
const told = await client.tokenIntrospection(confidential, again.access_token);
assert.equal(told.active, true);
assert.equal(told.sub, tokens.claims().sub);
assert.equal(told.acr, "mfa");
await client.tokenRevocation(confidential, tokens.refresh_token);
assert.deepEqual(await client.tokenIntrospection(confidential, again.access_token), {
  active: false });

// A public client, in the same session: no new sign-in, and rotation.
const second = await begin(open, { prompt: "consent" });
assert.equal(await browser.go(second.url.href), null);
assert(browser.has("asks for access"), browser.text());
const back = await browser.send("/sign-in/consent", { decision: "allow" });
const bearer = await redeem(open, back, second);
assert.equal(bearer.token_type, "bearer");
const rotated = await client.refreshTokenGrant(open, bearer.refresh_token);
assert.notEqual(rotated.refresh_token, bearer.refresh_token);
const retried = await client.refreshTokenGrant(open, bearer.refresh_token);
assert.equal(retried.refresh_token, rotated.refresh_token); // RF3
await refused(redeem(open, back, second), "invalid_grant"); // F3: and ends the grant
await refused(client.refreshTokenGrant(open, rotated.refresh_token), "invalid_grant");

// prompt=none: somebody is here, but has to allow it; nobody is here.
const silent = await begin(open, { prompt: "none" });
const unasked = await browser.go(silent.url.href);
await refused(redeem(open, unasked, silent), "consent_required");
const nobody = await begin(open, { prompt: "none" });
await refused(
  redeem(open, await new Browser(issuer).go(nobody.url.href), nobody), "login_required"); // F13

// More than this person can prove.
const strong = await begin(open, { acr_values: "phr" });
const unmet = await browser.go(strong.url.href);
if (unmet) await refused(redeem(open, unmet, strong), "unmet_authentication_requirements");

// What the person does not allow.
const third = await begin(open, { prompt: "consent" });
await browser.go(third.url.href);
await refused(
  redeem(open, await browser.send("/sign-in/consent", { decision: "deny" }), third),
  "access_denied");

// Signing out by the app's request, without a question, as it shows an ID token of this session.
const fourth = await begin(open, { prompt: "consent" });
await browser.go(fourth.url.href);
const last = await redeem(
  open, await browser.send("/sign-in/consent", { decision: "allow" }), fourth);
const logout = client.buildEndSessionUrl(open, {
  id_token_hint: last.id_token, post_logout_redirect_uri: goodbye, state: "left" });
const gone = await browser.go(logout.href);
assert.equal(gone.href, `${goodbye}?state=left`);
const fifth = await begin(open, {});
await browser.go(fifth.url.href);
assert(browser.has('name="username"'), "the session has ended");
