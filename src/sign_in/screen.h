// A page as this room shows it: the frame, its powers, the browser's cookie, and the parts that
// several pages have. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pages/frame.h"
#include "pages/html.h"
#include "sign_in/scope_words.h"
#include "sign_in/visit.h"

namespace salus::sign_in {

struct Screen {
    Literal title;
    pages::Html body;
    int status = 200;
    pages::Powers powers{};
    bool problem = false;  // something has to be done again: the title begins with that
};

[[nodiscard]] request::Prepared show(Visit const& visit, Screen const& screen);
// 303 to one of our pages.
[[nodiscard]] request::Prepared go_to(Visit const& visit, Literal page);

// To what waits for this person, or to their account.
[[nodiscard]] request::Prepared go_on(Visit const& visit);

// A form of ours that posts there: token and what waits are in it. The caller closes "form".
void open_form(pages::Html& html, Visit const& visit, Literal action);
// The same with a button that runs a WebAuthn ceremony: `kind` is get or create. It shows itself
// where the browser can (page_script).
void passkey_form(pages::Html& html, Visit const& visit, Literal action, Literal kind,
                  Literal label);
// Keeps every form from being sent twice, lets passwords be shown, and tells times in the reader's
// own time zone. What it does nothing for works as it stands.
void page_script(pages::Html& html, Visit const& visit);
// Read out where it appears; nothing for an empty text.
void problem(pages::Html& html, Literal text);
// For browsers in which no passkey form shows itself.
void no_passkeys(pages::Html& html);

struct TextField {
    Literal name;
    Literal label;
    Literal type = "text";
    Literal autocomplete = "off";
    std::string_view value{};
    Literal hint{};  // beneath the label
    bool numeric = false;
    bool focus = false;
    // What is on the page as its problem is about this field, or to be known before it is filled.
    bool problem = false;
};
void text_field(pages::Html& html, TextField const& field);
// What an app may do, as headings with lists.
void allowances(pages::Html& html, std::vector<Allowance> const& all);
void submit(pages::Html& html, Literal label, Literal style = "");

}  // namespace salus::sign_in
