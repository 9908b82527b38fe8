// The OpenID provider of the npm registry as an authorization server for one client: client
// credentials with private_key_jwt (ES256) for JWT access tokens (ES256), over plain HTTP, in one
// process, everything in memory. Prints its port once it listens.
//   node authorization_server.mjs CLIENT_JWK
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// It warns of what a trial is allowed to do; standard output is for the port alone.
console.info = console.warn = () => {};
const { default: Provider } = await import('oidc-provider');

const LIFETIME = 300; // seconds, as ours
const SCOPE = 'system/*.rs';
const RESOURCE = 'http://localhost/fhir';

const client = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const { port } = server.address();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'bench',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256', // it signs none, but has no other key
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    jwks: { keys: [client] },
  }],
  clientAuthMethods: ['private_key_jwt'],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 's' }] },
  scopes: [SCOPE],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      getResourceServerInfo: () => ({
        scope: SCOPE,
        audience: RESOURCE,
        accessTokenTTL: LIFETIME,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
console.log(port);
