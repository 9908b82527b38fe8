// The pages with what is hard to show: names that are long or read from right to left, many scopes,
// sessions and apps, an address that fills the screen. Arguments: BASE_URL BROWSER SETTING FOLDER; SETTING is
// a JSON file of test_pages.py, pictures go to FOLDER, if one is named.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pages from "./pages.mjs";
import { press } from "./pages.mjs";

const [base, executablePath, file, folder] = process.argv.slice(2);
const setting = JSON.parse(readFileSync(file, "utf8"));
const browser = await pages.launch(executablePath);
const complaints = [];
const look = (page, name) => pages.picture(page, `hard-${name}`, folder);

// A page of a browser in which somebody is signed in; nobody: nobody is.
const pageOf = async (cookies = {}) => {
  const context = await pages.newContext(browser);
  await context.addCookies(Object.entries(cookies).map(([name, value]) =>
    ({ name, value, domain: "localhost", path: "/", secure: true, httpOnly: true,
       sameSite: "Lax" })));
  return pages.newPage(context, complaints);
};
const ask = (page, app) => page.goto(`${base}/oauth/authorize?${setting.asks[app]}`);

const nobody = await pageOf();
await nobody.goto(`${base}/sign-in`);
await look(nobody, "sign-in");
await ask(nobody, "long");
await look(nobody, "sign-in-for-app");
await nobody.getByLabel("User name").fill("maryam");
await nobody.getByLabel("Password").fill("wrong");
await press(nobody, "Sign in");
await look(nobody, "did-not-work");
await ask(nobody, "mistaken");
await look(nobody, "app-mistake");
await nobody.goto(`${base}/oauth/authorize?client_id=nobody`);
await look(nobody, "unknown-app");
await nobody.goto(`${base}/sign-in/nothing`);
await look(nobody, "no-such-page");
await nobody.goto(`${base}/sign-in?authorization=gone`);
await look(nobody, "over");
await nobody.goto(`${base}/oauth/logout`);
await look(nobody, "signed-out");
await nobody.goto(`${base}/account`);
await look(nobody, "account-of-nobody");

const page = await pageOf(setting.cookies);
await page.goto(`${base}/account`);
await look(page, "account");
await page.goto(`${base}/account/password`);
await look(page, "password");
await page.getByLabel("New password", { exact: true }).fill("passwordpassword");
await page.getByLabel("New password again").fill("passwordpassworx");
await press(page, "Set a password");
await look(page, "passwords-differ");
await page.goto(`${base}/sign-in?again=1`);
await look(page, "confirm");
await ask(page, "long");
await look(page, "patient");
await page.getByLabel("Family or given name").fill("ng");
await page.getByLabel("Birth date").fill("1990-05-17");
await press(page, "Find the patient");
await look(page, "patient-vague");
await page.getByLabel("Family or given name").fill("Crowded");
await page.getByLabel("Birth date").fill("1990-05-17");
await press(page, "Find the patient");
await look(page, "patient-too-many");
await page.getByLabel("Family or given name").fill("Twin");
await page.getByLabel("Birth date").fill("1990-05-17");
await press(page, "Find the patient");
await look(page, "patients");
await press(page, /id p4$/);
await look(page, "consent");
await ask(page, "all");
await look(page, "consent-all");
await ask(page, "plain");
await look(page, "consent-plain");
await page.goto(`${base}/oauth/logout`);
await look(page, "sign-out");

assert.deepEqual(complaints, []);
await browser.close();
console.log("the pages hold what is hard to show");
