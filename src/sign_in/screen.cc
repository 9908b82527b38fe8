#include "sign_in/screen.h"

#include "oauth/browser.h"
#include "sign_in/texts.h"

namespace salus::sign_in {

request::Prepared show(Visit const& visit, Screen const& screen) {
    pages::Html body = screen.body;
    page_script(body, visit);
    auto powers = screen.powers;
    powers.script = true;
    auto const title = (screen.problem ? "Error: " : "") + std::string(screen.title.text());
    auto prepared = oauth::page_answer(pages::document(title, body.view()), screen.status);
    pages::add_headers(prepared.headers, powers);
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

void page_script(pages::Html& html, Visit const& visit) {
    auto const url = visit.tenant().path + "/sign-in/passkey.js";
    html.open("script", {{"src", url}, {"defer", ""}}).close("script");
}

void problem(pages::Html& html, Literal text) {
    if (text.empty()) return;
    html.element("p", text.text(), {{"class", "problem"}, {"role", "alert"}, {"id", "problem"}});
}

void no_passkeys(pages::Html& html) {
    html.element("p", texts::kNoPasskeys.text(),
                 {{"class", "note"}, {"data-no-passkeys", ""}, {"hidden", ""}});
    html.raw("<noscript>").element("p", texts::kNoPasskeys.text(), {{"class", "note"}});
    html.raw("</noscript>\n");
}

void text_field(pages::Html& html, TextField const& field) {
    auto const hint = std::string(field.name.text()) + "-hint";
    std::string described = field.problem ? "problem" : "";
    html.element("label", field.label.text(), {{"for", field.name.text()}});
    if (!field.hint.empty()) {
        html.element("p", field.hint.text(), {{"class", "soft hint"}, {"id", hint}});
        described.append(described.empty() ? "" : " ").append(hint);
    }
    html.raw("<input required autocapitalize=\"none\" spellcheck=\"false\" ");
    if (field.focus) html.raw("autofocus ");
    if (field.numeric) html.raw("inputmode=\"numeric\" class=\"code\" ");
    if (field.problem) html.raw("aria-invalid=\"true\" ");
    if (!described.empty()) html.raw("aria-describedby=\"").text(described).raw("\" ");
    html.raw("type=\"").text(field.type.text()).raw("\" id=\"").text(field.name.text());
    html.raw("\" name=\"").text(field.name.text()).raw("\" autocomplete=\"");
    html.text(field.autocomplete.text()).raw("\" value=\"").text(field.value).raw("\">");
}

void allowances(pages::Html& html, std::vector<Allowance> const& all) {
    static constexpr std::size_t kFewThings = 6;  // more stand in columns where there is room
    for (auto const& each : all) {
        if (each.things.empty()) {
            html.element("p", each.what, {{"class", "allowed"}});
            continue;
        }
        html.element("p", each.what + ":", {{"class", "allowed"}});
        html.open("ul", {{"class", each.things.size() > kFewThings ? "many" : ""}});
        for (auto const& thing : each.things) html.element("li", thing);
        html.close("ul");
    }
}

void submit(pages::Html& html, Literal label, Literal style) {
    html.element("button", label.text(), {{"type", "submit"}, {"class", style.text()}});
}

}  // namespace salus::sign_in
