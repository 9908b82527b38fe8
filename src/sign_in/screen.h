// A page as this room shows it: the frame, its powers, the browser's cookie, and the parts that
// several pages have. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "pages/frame.h"
#include "pages/html.h"
#include "sign_in/visit.h"

namespace salus::sign_in {

struct Screen {
    Literal title;
    pages::Html body;
    int status = 200;
    pages::Powers powers{};
};

[[nodiscard]] request::Prepared show(Visit const& visit, Screen const& screen);
// 303 to one of our pages.
[[nodiscard]] request::Prepared go_to(Visit const& visit, Literal page);

// To what waits for this person, or to their account.
[[nodiscard]] request::Prepared go_on(Visit const& visit);

// A form of ours that posts there: token and what waits are in it. The caller closes "form".
void open_form(pages::Html& html, Visit const& visit, Literal action);
// The same with a button that runs a WebAuthn ceremony: `kind` is get or create. It shows itself
// where the browser can (passkey.js, which the page has to name once).
void passkey_form(pages::Html& html, Visit const& visit, Literal action, Literal kind,
                  Literal label);
void passkey_script(pages::Html& html, Visit const& visit);
// Read out where it appears; nothing for an empty text.
void problem(pages::Html& html, Literal text);

struct TextField {
    Literal name;
    Literal label;
    Literal type = "text";
    Literal autocomplete = "off";
    std::string_view value{};
    bool numeric = false;
    bool focus = false;
};
void text_field(pages::Html& html, TextField const& field);
void submit(pages::Html& html, Literal label, Literal style = "");

}  // namespace salus::sign_in
