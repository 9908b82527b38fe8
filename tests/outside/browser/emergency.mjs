// The page on which an emergency is declared, in a real browser with a virtual authenticator.
// Arguments: BASE_URL BROWSER USER CODE PATIENT FOLDER; pictures go to FOLDER, if one is named.
import assert from "node:assert/strict";
import { addAuthenticator, launch, newContext, newPage, picture, press, signOut, startApp }
  from "./pages.mjs";

const [base, executablePath, user, code, patient, folder] = process.argv.slice(2);
const scope = "openid online_access launch/patient patient/*.cruds";

const browser = await launch(executablePath);
const complaints = [];
const context = await newContext(browser);
const page = await newPage(context, complaints);
const app = await startApp(base, "ward-viewer");

// Signed in with a passkey, lately.
await addAuthenticator(context, page);
await page.goto(`${base}/sign-in/code`);
await page.getByLabel("User name").fill(user);
await page.getByLabel("Code", { exact: true }).fill(code);
await press(page, "Continue");
await press(page, "Add a passkey");
await page.getByRole("link", { name: "I have saved them" }).click();
await signOut(page);
await press(page, "Sign in with a passkey");

const ask = async () => {
  await page.goto(app.askFor(scope, { purpose_of_use: "ETREAT" }).url);
  await page.getByLabel("Or the patient's id").fill(patient);
  await press(page, "Continue with this id");
  assert.equal(await page.title(), "Declare an emergency – Salus");
  assert.equal(await page.locator("h1").innerText(), "Declare an emergency");
};
const reason = () => page.getByLabel("Why is this an emergency?");

// Whoever thinks better of it states no reason.
await ask();
await picture(page, "emergency", folder);
await press(page, "Do not allow");
assert.equal(app.answers.pop().searchParams.get("error"), "access_denied");

// A reason is one that can be reviewed, and what was typed is not lost.
await ask();
await page.getByRole("button", { name: "Declare an emergency" }).click();
assert.equal(app.answers.length, 0, "it takes a reason");
await reason().fill("because");
await press(page, "Declare an emergency");
assert.match(await page.getByRole("alert").innerText(), /at least ten letters/);
assert.equal(await reason().inputValue(), "because");
await picture(page, "emergency-again", folder);
await reason().fill("unconscious after a fall, allergies unknown");
await press(page, "Declare an emergency");
assert.ok(app.answers.pop().searchParams.get("code"));

await page.goto(`${base}/account`);
assert.match(await page.locator("li", { hasText: "Ward Viewer" }).innerText(),
             /For an emergency that you declared/);
await picture(page, "account-with-emergency", folder);

assert.deepEqual(complaints, []);
await browser.close();
app.close();
console.log("an emergency is declared in a browser");
