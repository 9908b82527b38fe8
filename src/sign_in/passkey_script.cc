#include "sign_in/passkey_script.h"

namespace salus::sign_in {
namespace {

// What a page does better with a script; without it every page works but for passkeys.
//
// Forms with data-passkey show themselves where the browser has passkeys. A press asks the server
// for options, the browser for an answer, and sends that in the form. Browsers before the JSON
// functions of WebAuthn Level 3 (section 5.1.8 and after) get the same by hand.
constexpr std::string_view kScript = R"js("use strict";
(() => {
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withIds = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

  const requestOptions = (json) => {
    if (PublicKeyCredential.parseRequestOptionsFromJSON)
      return PublicKeyCredential.parseRequestOptionsFromJSON(json);
    return { ...json, challenge: toBytes(json.challenge),
             allowCredentials: withIds(json.allowCredentials) };
  };
  const creationOptions = (json) => {
    if (PublicKeyCredential.parseCreationOptionsFromJSON)
      return PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return { ...json, challenge: toBytes(json.challenge),
             user: { ...json.user, id: toBytes(json.user.id) },
             excludeCredentials: withIds(json.excludeCredentials) };
  };
  const answerOf = (credential) => {
    if (credential.toJSON) return credential.toJSON();
    const from = credential.response;
    const response = { clientDataJSON: toText(from.clientDataJSON) };
    if (from.attestationObject) {
      response.attestationObject = toText(from.attestationObject);
      response.transports = from.getTransports ? from.getTransports() : [];
    } else {
      response.authenticatorData = toText(from.authenticatorData);
      response.signature = toText(from.signature);
      if (from.userHandle) response.userHandle = toText(from.userHandle);
    }
    return { id: credential.id, rawId: toText(credential.rawId), type: credential.type,
             response, clientExtensionResults: credential.getClientExtensionResults() };
  };

  const ask = async (form) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("answer");
    const reply = await fetch(form.dataset.options, { method: "POST", body: fields });
    if (!reply.ok) throw new Error("options");
    const options = await reply.json();
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: creationOptions(options) })
      : await navigator.credentials.get({ publicKey: requestOptions(options) });
    form.elements.answer.value = JSON.stringify(answerOf(credential));
    form.submit();
  };

  const prepare = (form) => {
    const problem = form.querySelector(".problem");
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      ask(form).catch((error) => {
        problem.textContent = error.name === "InvalidStateError"
          ? "This device has a passkey of yours already."
          : "That did not work, or was cancelled. Try again, or use another way.";
        problem.hidden = false;
        button.disabled = false;
        button.focus();
      });
    });
  };

  const all = (selector) => document.querySelectorAll(selector);
  if (window.PublicKeyCredential) all("form[data-passkey]").forEach(prepare);
  else all("[data-no-passkeys]").forEach((each) => { each.hidden = false; });

  // A second press would undo the first: its answer, with a new cookie, would never be seen.
  const kAgainAfter = 3000;
  all("form:not([data-passkey])").forEach((form) => {
    let sent = -kAgainAfter;
    form.addEventListener("submit", (event) => {
      if (event.timeStamp - sent < kAgainAfter) event.preventDefault();
      else sent = event.timeStamp;
    });
    const hidden = form.querySelectorAll("input[type=password]");
    if (hidden.length === 0) return;
    const show = document.createElement("button");
    const say = (shown) => {
      show.textContent = shown ? "Hide what I type" : "Show what I type";
      hidden.forEach((each) => { each.type = shown ? "text" : "password"; });
    };
    show.type = "button";
    show.className = "show";
    show.addEventListener("click", () => say(hidden[0].type === "password"));
    // Browsers remember what was typed as text.
    form.addEventListener("submit", () => say(false));
    hidden[hidden.length - 1].after(show);
    say(false);
  });

  const language = /^en\b/.test(navigator.language) ? navigator.language : "en-GB";
  const local = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  all("time").forEach((each) => { each.textContent = local.format(new Date(each.dateTime)); });
})();
)js";

}  // namespace

request::Prepared passkey_script_answer() {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "text/javascript; charset=utf-8");
    prepared.headers.set("Cache-Control", "max-age=300");
    prepared.headers.set("X-Content-Type-Options", "nosniff");
    prepared.headers.set("Cross-Origin-Resource-Policy", "same-origin");
    prepared.content = request::PlainContent{std::string(kScript)};
    return prepared;
}

}  // namespace salus::sign_in
