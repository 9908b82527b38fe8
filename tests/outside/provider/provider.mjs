// node provider.mjs PORT KEY CERTIFICATE CLIENT_KEYS REDIRECT_URI: an OpenID provider by
// oidc-provider, at https://localhost:PORT, with one client: salus. Whoever posts `account` and
// `acr` to the page of an interaction is signed in as that, and is in the `groups` of the form, from
// there on; `cancel` refuses. Says "ready" when it listens.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { generateKeyPairSync } from "node:crypto";
import * as oidc from "oidc-provider";

const [port, keyFile, certificateFile, clientKeys, redirectUri] = process.argv.slice(2);
const issuer = `https://localhost:${port}`;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signingKey = { ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "ES256" };

const groupsOf = new Map(); // by account

const provider = new oidc.Provider(issuer, {
  clients: [
    {
      client_id: "salus",
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      id_token_signed_response_alg: "ES256",
      jwks_uri: clientKeys,
    },
  ],
  jwks: { keys: [signingKey] },
  cookies: { keys: ["only for a test"] },
  acrValues: ["mfa", "phr", "pwd"],
  pkce: { required: () => true },
  // Our keys are on the loopback network, where it does not call by itself.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // An address that names somebody else: nobody may come in by it.
  claims: {
    openid: ["sub", "email"],
    groups: ["groups"],
    acr: null,
    auth_time: null,
    iss: null,
  },
  conformIdTokenClaims: false,
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: "ada", groups: groupsOf.get(id) ?? [] }),
  }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid groups");
    await grant.save();
    return grant;
  },
});

async function formOf(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

async function interact(request, response) {
  const { prompt } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html");
    response.end(`<h1>${prompt.name}</h1>`);
    return;
  }
  const form = await formOf(request);
  if (form.has("groups")) groupsOf.set(form.get("account"), form.get("groups").split(","));
  const result = form.has("cancel")
    ? { error: "access_denied", error_description: "the person did not want to" }
    : { login: { accountId: form.get("account"), acr: form.get("acr"), amr: ["pwd"] } };
  await provider.interactionFinished(request, response, result, {
    mergeWithLastSubmission: false,
  });
}

const answer = provider.callback();
const tls = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
const server = createServer(tls, (request, response) => {
  if (!request.url.startsWith("/interaction/")) {
    answer(request, response);
    return;
  }
  interact(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
provider.on("server_error", (ctx, error) => console.error(error));
provider.on("grant.error", (ctx, error) => console.error(error.message, error.error_detail));
provider.on("authorization.error", (ctx, error) => console.error(error.message));
server.listen(Number(port), "localhost", () => console.log("ready"));
