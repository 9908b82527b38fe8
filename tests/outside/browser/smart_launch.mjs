// node smart_launch.mjs BASE BROWSER USER PASSWORD SECRET CLIENT LAUNCH LIBRARY: a SMART app, one page
// with fhirclient (LIBRARY is its build for browsers), launched by an EHR and then by itself; the
// person signs in with password and one-time password and allows it. The app then reads the patient.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import { chromium } from "playwright-core";

const [base, executablePath, user, password, secret, clientId, launch, library] =
  process.argv.slice(2);
const script = readFileSync(library);
const port = Number(process.env.APP_PORT);
const app = `http://127.0.0.1:${port}`;
const scope = "launch openid fhirUser offline_access patient/Patient.rs patient/Observation.rs";

const page = (body) => `<!doctype html><title>app</title><script src="/fhir-client.js"></script>
<pre id="out"></pre><script>
const show = (value) => { document.getElementById("out").textContent = JSON.stringify(value); };
const fail = (error) => show({ failed: String(error) });
${body}</script>`;
const pages = {
  "/launch.html": page(`FHIR.oauth2.authorize({ clientId: ${JSON.stringify(clientId)},
    scope: ${JSON.stringify(scope)}, redirectUri: "callback", pkceMode: "required" }).catch(fail);`),
  "/alone.html": page(`FHIR.oauth2.authorize({ clientId: ${JSON.stringify(clientId)},
    iss: ${JSON.stringify(`${base}/fhir`)}, scope: ${JSON.stringify(scope.replace("launch ", "launch/patient "))},
    redirectUri: "callback", pkceMode: "required" }).catch(fail);`),
  "/callback": page(`FHIR.oauth2.ready().then(async (client) => {
    const patient = await client.patient.read();
    const others = await client.request("Patient/somebody-else").then(() => "read", (e) => e.status ?? String(e));
    const observations = await client.patient.request("Observation", { flat: true });
    await client.refresh();
    show({ patient: patient.id, encounter: client.encounter.id, others,
           observations: observations.length, user: client.user.fhirUser,
           again: (await client.patient.read()).id,
           token: client.state.tokenResponse.token_type });
  }).catch(fail);`),
};
const server = http.createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/fhir-client.js") return response.end(script);
  response.setHeader("content-type", "text/html");
  response.end(pages[path] ?? "");
});
await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));

const code = (step) =>
  execFileSync("oathtool", ["--totp", "-b", "--now",
    `@${Math.floor(Date.now() / 1000) + 30 * step}`, secret], { encoding: "utf8" }).trim();
const browser = await chromium.launch({
  executablePath, headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const tab = await context.newPage();
  const press = (name) => tab.getByRole("button", { name, exact: true }).click();
  const outcome = async () => {
    await tab.waitForURL(`${app}/callback**`);
    await tab.waitForFunction(() => document.getElementById("out").textContent !== "");
    return JSON.parse(await tab.locator("#out").textContent());
  };

  // From the EHR: it says which patient, and nobody is asked for one.
  const iss = encodeURIComponent(`${base}/fhir`);
  await tab.goto(`${app}/launch.html?iss=${iss}&launch=${encodeURIComponent(launch)}`);
  await tab.getByLabel("User name").fill(user);
  await tab.getByLabel("Password", { exact: true }).fill(password);
  await press("Sign in");
  await tab.locator('input[name="code"]').fill(code(1));
  await press("Sign in");
  await press("Allow");
  const launched = await outcome();
  assert.deepEqual(launched, { patient: "smart", encounter: "visit", others: 403, observations: 2,
    user: `Practitioner/p1`, again: "smart", token: "Bearer" }, JSON.stringify(launched));

  // The same launch again is nothing.
  await tab.goto(`${app}/launch.html?iss=${iss}&launch=${encodeURIComponent(launch)}`);
  await tab.getByText("was not opened by this system").waitFor();

  // By itself, in the same session: the person says which patient.
  await tab.goto(`${app}/alone.html`);
  await tab.getByLabel("Or the patient's id").fill("smart");
  await tab.getByLabel("Or the patient's id").press("Enter");
  await press("Allow");
  const alone = await outcome();
  assert.equal(alone.patient, "smart", JSON.stringify(alone));
  assert.equal(alone.others, 403);
} finally {
  await browser.close();
  server.close();
}
