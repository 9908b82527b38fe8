#include "sign_in/sign_in_pages.h"

#include "oauth/redirect_uri.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

Screen screen_of(SignInPage const& page, Literal title, pages::Html body) {
    Screen screen{.title = title, .body = std::move(body), .status = page.status};
    screen.powers.script = true;
    if (page.waiting != nullptr)
        screen.powers.form_targets =
            oauth::origin_of(page.waiting->pending.value.request.redirect_uri);
    return screen;
}

void heading(pages::Html& html, SignInPage const& page, Literal title) {
    html.element("h1", title.text());
    if (page.waiting != nullptr) {
        html.raw("<p class=\"soft\">to continue to <strong>");
        html.text(page.waiting->client->name).raw("</strong></p>");
    }
}

// The name and the password in one form, so that no answer comes between them that could depend on
// the name.
void password_form(pages::Html& html, Visit const& visit) {
    open_form(html, visit, "/sign-in/password");
    text_field(
        html,
        {.name = "username", .label = texts::kUserName, .autocomplete = "username", .focus = true});
    text_field(html, {.name = "password",
                      .label = texts::kPassword,
                      .type = "password",
                      .autocomplete = "current-password"});
    submit(html, texts::kSignIn, "second");
    html.close("form");
}

// Where an app asks for more than the provider can prove, it is not offered.
void provider_form(pages::Html& html, SignInPage const& page, bool passkey_only) {
    if (page.provider == nullptr) return;
    auto const most = outside_provider::most_of(*page.provider);
    if (passkey_only && most != identity::Assurance::phishing_resistant) return;
    open_form(html, page.visit, "/sign-in/provider");
    html.raw("<button type=\"submit\" class=\"second\">").raw(texts::kWithProvider);
    html.text(page.provider->name).raw("</button>");
    html.close("form");
}

}  // namespace

Screen sign_in_page(SignInPage const& page) {
    pages::Html html;
    heading(html, page, page.confirm ? texts::kConfirm : texts::kSignIn);
    if (page.confirm) html.element("p", texts::kConfirmWhy.text());
    problem(html, page.what_failed);
    bool const passkey_only =
        page.waiting != nullptr &&
        page.waiting->pending.value.request.needed == identity::Assurance::phishing_resistant;
    if (passkey_only) html.element("p", texts::kPasskeyNeeded.text(), {{"class", "note"}});
    passkey_form(html, page.visit, "/sign-in/passkey", "get", texts::kWithPasskey);
    provider_form(html, page, passkey_only);
    if (!passkey_only) {
        html.raw("<p class=\"or\"><span>or</span></p>\n");
        password_form(html, page.visit);
    }
    auto const code = page.visit.address("/sign-in/code");
    html.open("p", {{"class", "soft after"}});
    html.element("a", texts::kWithCode.text(), {{"href", code}}).close("p");
    passkey_script(html, page.visit);
    return screen_of(page, texts::kSignIn, std::move(html));
}

Screen one_time_password_page(SignInPage const& page) {
    pages::Html html;
    heading(html, page, texts::kOneTimePassword);
    html.element("p", texts::kOneTimePasswordWhy.text());
    problem(html, page.what_failed);
    open_form(html, page.visit, "/sign-in/one-time-password");
    text_field(html, {.name = "code",
                      .label = texts::kOneTimePassword,
                      .autocomplete = "one-time-code",
                      .numeric = true,
                      .focus = true});
    submit(html, texts::kSignIn);
    html.close("form");
    auto const back = page.visit.address("/sign-in");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Start again", {{"href", back}}).close("p");
    return screen_of(page, texts::kOneTimePassword, std::move(html));
}

Screen code_page(SignInPage const& page) {
    pages::Html html;
    heading(html, page, texts::kCode);
    html.element("p", texts::kCodeWhy.text(), {{"class", "soft"}});
    problem(html, page.what_failed);
    open_form(html, page.visit, "/sign-in/code");
    text_field(
        html,
        {.name = "username", .label = texts::kUserName, .autocomplete = "username", .focus = true});
    text_field(html, {.name = "code", .label = "Code", .autocomplete = "off"});
    submit(html, "Continue");
    html.close("form");
    auto const back = page.visit.address("/sign-in");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Sign in another way", {{"href", back}}).close("p");
    return screen_of(page, texts::kCode, std::move(html));
}

Screen leave_page(std::string_view provider, std::string_view url) {
    pages::Html html;
    html.element("h1", texts::kLeave.text());
    html.open("p").element("a", provider, {{"href", url}}).close("p");
    return {.title = texts::kLeave, .body = std::move(html)};
}

Screen over_page(Visit const& visit) {
    pages::Html html;
    html.element("h1", texts::kOver.text()).element("p", texts::kOverWhy.text());
    auto const account = visit.tenant().path + "/account";
    html.open("p", {{"class", "soft after"}});
    html.element("a", texts::kAccount.text(), {{"href", account}}).close("p");
    return {.title = texts::kOver, .body = std::move(html), .status = 400};
}

}  // namespace salus::sign_in
