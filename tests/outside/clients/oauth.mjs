// node oauth.mjs ISSUER CLIENT KEY: what two certified OAuth libraries, oauth4webapi and
// openid-client, do with the authorization server: discovery, client credentials with
// private_key_jwt, DPoP, introspection and revocation. KEY is a file with a private JWK.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

// Node.js 18 has it under another name.
globalThis.crypto ??= webcrypto;
const oauth = await import("oauth4webapi");
const client = await import("openid-client");

const [issuer, clientId, keyFile] = process.argv.slice(2);
const jwk = JSON.parse(readFileSync(keyFile, "utf8"));
const importKey = () =>
  crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: jwk.crv }, false, ["sign"]);
const scope = new URLSearchParams({ scope: "system/*.rs" });
const resource = new URL(`${issuer}/fhir/Patient/oauth`);

// A 401 as the library reads it: the scheme and the error that it names first.
async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof oauth.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    const [first] = error.cause;
    return `${first.scheme} ${first.parameters.error}`;
  }
  return assert.fail("it was accepted");
}

// Once more with the server's nonce, where it asks for one: this library leaves that to the program.
async function heeding(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return ask();
  }
}

async function driveOauth4webapi() {
  const as = await oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), { algorithm: "oauth2" }),
  );
  const key = await importKey();
  const self = { client_id: clientId };
  const prove = oauth.PrivateKeyJwt({ key, kid: jwk.kid });
  const keys = await oauth.generateKeyPair("ES256");
  const DPoP = oauth.DPoP(self, keys);
  const granted = async (options) =>
    oauth.processClientCredentialsResponse(
      as,
      self,
      await oauth.clientCredentialsGrantRequest(as, self, prove, scope, options),
    );
  const read = (token, options) =>
    oauth.protectedResourceRequest(token, "GET", resource, undefined, undefined, options);

  // A bearer token, and one that is bound to a key.
  const bearer = await granted({});
  assert.equal(bearer.token_type, "bearer");
  assert.equal((await read(bearer.access_token)).status, 200);
  const bound = await heeding(() => granted({ DPoP }));
  assert.equal(bound.token_type, "dpop");
  assert.equal((await read(bound.access_token, { DPoP })).status, 200);

  // Stolen: as a bearer token, and with the thief's own key.
  assert.equal(await refusal(read(bound.access_token)), "bearer invalid_token");
  const thief = oauth.DPoP(self, await oauth.generateKeyPair("ES256"));
  assert.equal(await refusal(read(bound.access_token, { DPoP: thief })), "dpop invalid_dpop_proof");

  // A proof that was overheard counts no second time.
  let heard;
  await read(bound.access_token, {
    DPoP,
    [oauth.customFetch]: (url, options) => fetch(url, (heard = options)),
  });
  const again = await fetch(resource, heard);
  assert.equal(again.status, 401);
  assert.match(again.headers.get("www-authenticate"), /^DPoP .*error="invalid_dpop_proof"/);

  const status = async (token) =>
    oauth.processIntrospectionResponse(
      as,
      self,
      await oauth.introspectionRequest(as, self, prove, token),
    );
  const described = await status(bound.access_token);
  assert.equal(described.active, true);
  assert.equal(described.client_id, clientId);
  assert.equal(described.token_type, "DPoP");
  assert.ok(described.cnf.jkt);
  assert.deepEqual(await status("not a token"), { active: false });

  const revoke = async (token) =>
    oauth.processRevocationResponse(await oauth.revocationRequest(as, self, prove, token));
  await revoke(bound.access_token);
  assert.equal((await status(bound.access_token)).active, false);
  assert.equal(await refusal(read(bound.access_token, { DPoP })), "dpop invalid_token");
  await revoke("not a token");
  assert.equal((await read(bearer.access_token)).status, 200);
}

async function driveOpenidClient() {
  const config = await client.discovery(
    new URL(issuer),
    clientId,
    undefined,
    client.PrivateKeyJwt({ key: await importKey(), kid: jwk.kid }),
    { algorithm: "oauth2" },
  );
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const token = await client.clientCredentialsGrant(config, { scope: "system/*.rs" }, { DPoP });
  const read = () =>
    client.fetchProtectedResource(config, token.access_token, resource, "GET", null, null, { DPoP });
  assert.equal((await read()).status, 200);
  assert.equal((await client.tokenIntrospection(config, token.access_token)).active, true);
  await client.tokenRevocation(config, token.access_token);
  await assert.rejects(read());
}

await driveOauth4webapi();
await driveOpenidClient();
