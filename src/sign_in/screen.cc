#include "sign_in/screen.h"

#include "oauth/browser.h"

namespace salus::sign_in {

request::Prepared show(Visit const& visit, Screen const& screen) {
    auto prepared =
        oauth::page_answer(pages::document(screen.title.text(), screen.body.view()), screen.status);
    pages::add_headers(prepared.headers, screen.powers);
    if (visit.is_new_browser()) {
        oauth::set_cookie(prepared.headers, visit.tenant(), oauth::Cookie::browser,
                          visit.browser());
    }
    return prepared;
}

request::Prepared go_to(Visit const& visit, Literal page) {
    return oauth::see_other(visit.address(page));
}

request::Prepared go_on(Visit const& visit) {
    return visit.authorization().empty() ? go_to(visit, "/account") : go_to(visit, "/sign-in");
}

void open_form(pages::Html& html, Visit const& visit, Literal action) {
    auto const url = visit.tenant().path + std::string(action.text());
    html.open("form", {{"method", "post"}, {"action", url}});
    html.hidden("token", visit.form_token());
    if (auto const waiting = visit.authorization(); !waiting.empty())
        html.hidden("authorization", waiting);
}

void passkey_form(pages::Html& html, Visit const& visit, Literal action, Literal kind,
                  Literal label) {
    auto const url = visit.tenant().path + std::string(action.text());
    auto const options = url + "/options";
    html.open("form", {{"method", "post"},
                       {"action", url},
                       {"data-passkey", kind.text()},
                       {"data-options", options},
                       {"hidden", ""}});
    html.hidden("token", visit.form_token());
    if (auto const waiting = visit.authorization(); !waiting.empty())
        html.hidden("authorization", waiting);
    html.hidden("answer", "");
    html.open("p", {{"class", "problem"}, {"role", "alert"}, {"hidden", ""}}).close("p");
    submit(html, label);
    html.close("form");
}

void passkey_script(pages::Html& html, Visit const& visit) {
    auto const url = visit.tenant().path + "/sign-in/passkey.js";
    html.open("script", {{"src", url}, {"defer", ""}}).close("script");
}

void problem(pages::Html& html, Literal text) {
    if (text.empty()) return;
    html.element("p", text.text(), {{"class", "problem"}, {"role", "alert"}});
}

void text_field(pages::Html& html, TextField const& field) {
    html.element("label", field.label.text(), {{"for", field.name.text()}});
    html.raw("<input required autocapitalize=\"none\" spellcheck=\"false\" ");
    if (field.focus) html.raw("autofocus ");
    if (field.numeric) html.raw("inputmode=\"numeric\" class=\"code\" ");
    html.raw("type=\"").text(field.type.text()).raw("\" id=\"").text(field.name.text());
    html.raw("\" name=\"").text(field.name.text()).raw("\" autocomplete=\"");
    html.text(field.autocomplete.text()).raw("\" value=\"").text(field.value).raw("\">");
}

void submit(pages::Html& html, Literal label, Literal style) {
    html.element("button", label.text(), {{"type", "submit"}, {"class", style.text()}});
}

}  // namespace salus::sign_in
