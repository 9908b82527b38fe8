// A browser without script, as the sign-in pages must serve it: it keeps cookies, follows redirects
// on its own server, and sends forms by the names of their fields. It knows nothing of the pages but
// what HTML says.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

const decode = (text) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) =>
    ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name]);

function attributes(tag) {
  const found = {};
  for (const [, name, value] of tag.matchAll(/([a-z-]+)="([^"]*)"/g)) found[name] = decode(value);
  return found;
}

class Form {
  constructor(tag, body) {
    Object.assign(this, attributes(tag));
    this.fields = new Map();
    for (const [, input] of body.matchAll(/<input([^>]*)>/g)) {
      const field = attributes(input);
      if (field.type === "checkbox" && !/\schecked/.test(input)) continue;
      if (field.name) this.fields.set(field.name, field.value ?? "");
    }
  }
}

export class Browser {
  constructor(origin) {
    this.origin = origin;
    this.cookies = new Map();
  }

  #remember(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      assert.match(line, /; Secure/);
      assert.match(line, /; HttpOnly/);
      if (/Max-Age=0/.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  // The page that it ends at, or the address of another server that it was sent to.
  async go(url, init = {}) {
    for (let hops = 0; hops < 10; ++hops) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, {
        ...init,
        headers: { ...init.headers, ...(cookie ? { cookie } : {}) },
        redirect: "manual",
      });
      this.#remember(response);
      this.status = response.status;
      this.url = url;
      this.html = await response.text();
      if (response.status !== 303) return null;
      const next = new URL(response.headers.get("location"), url);
      if (next.origin !== this.origin) return next;
      url = next.href;
      init = {};
    }
    return assert.fail("it goes round in circles");
  }

  forms() {
    return [...this.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(
      ([, tag, body]) => new Form(tag, body),
    );
  }

  has(text) {
    return this.html.includes(text);
  }

  async send(action, fields) {
    const form = this.forms().find((each) => each.action.split("?")[0].endsWith(action));
    assert(form, `no form for ${action} at ${this.url} (${this.status}): ${this.text()}`);
    for (const [name, value] of Object.entries(fields)) form.fields.set(name, value);
    return this.go(new URL(form.action, this.url).href, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: this.origin,
        "sec-fetch-site": "same-origin",
      },
      body: new URLSearchParams([...form.fields]).toString(),
    });
  }

  text() {
    return this.html.replace(/<style>[\s\S]*?<\/style>/g, "").replace(/<[^>]*>/g, " ");
  }
}

export function oneTimePassword(secret, offset = 0) {
  const now = `@${Math.floor(Date.now() / 1000) + offset}`;
  return execFileSync("oathtool", ["--totp", "-b", "--now", now, secret], {
    encoding: "utf8",
  }).trim();
}

// From the administrator's code to a password and a one-time password: what is needed to sign in.
export async function enrol(origin, name, code, password) {
  const browser = new Browser(origin);
  await browser.go(`${origin}/sign-in/code`);
  await browser.send("/sign-in/code", { username: name, code });
  assert.equal(browser.status, 200, browser.text());
  await browser.go(`${origin}/account/password`);
  await browser.send("/account/password", { password, "password-again": password });
  await browser.go(`${origin}/account/one-time-password`);
  const secret = browser.html.match(/secret=([A-Z2-7]+)/)[1];
  await browser.send("/account/one-time-password", { code: oneTimePassword(secret) });
  assert(browser.status < 400, browser.text());
  return { browser, secret, html: browser.html };
}

// With a password and a one-time password of a later step than the last one.
export async function signIn(browser, { name, password, secret, step = 0 }) {
  await browser.send("/sign-in/password", { username: name, password });
  return browser.send("/sign-in/one-time-password", {
    code: oneTimePassword(secret, 30 * step),
  });
}
