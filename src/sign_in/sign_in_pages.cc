#include "sign_in/sign_in_pages.h"

#include "oauth/redirect_uri.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

Screen screen_of(SignInPage const& page, Literal title, pages::Html body) {
    Screen screen{.title = title, .body = std::move(body), .status = page.status};
    screen.problem = !page.what_failed.empty();
    if (page.waiting != nullptr)
        screen.powers.form_targets =
            oauth::origin_of(page.waiting->pending.value.request.redirect_uri);
    return screen;
}

void heading(pages::Html& html, SignInPage const& page, Literal title) {
    html.element("h1", title.text());
    if (page.waiting != nullptr) {
        html.raw("<p class=\"soft\">to continue to <strong>");
        html.name(page.waiting->client->name).raw("</strong></p>");
    }
}

// What was typed is wrong, and not the moment.
bool is_about_fields(SignInPage const& page) {
    return !page.what_failed.empty() && page.status == 403;
}

// Empty, also where one was typed: no page names anybody who is not signed in (N1).
void user_name_field(pages::Html& html, bool problem) {
    text_field(html, {.name = "username",
                      .label = texts::kUserName,
                      .autocomplete = "username",
                      .focus = true,
                      .problem = problem});
}

// The name and the password in one form, so that no answer comes between them that could depend on
// the name.
void password_form(pages::Html& html, SignInPage const& page) {
    auto const& visit = page.visit;
    bool const problem = visit.place() == "password" && is_about_fields(page);
    open_form(html, visit, "/sign-in/password");
    user_name_field(html, problem);
    text_field(html, {.name = "password",
                      .label = texts::kPassword,
                      .type = "password",
                      .autocomplete = "current-password",
                      .problem = problem});
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
    html.name(page.provider->name).raw("</button>");
    html.close("form");
}

}  // namespace

Screen sign_in_page(SignInPage const& page) {
    pages::Html html;
    auto const title = page.confirm ? texts::kConfirm : texts::kSignIn;
    heading(html, page, title);
    if (page.confirm) html.element("p", texts::kConfirmWhy.text());
    problem(html, page.what_failed);
    bool const passkey_only =
        page.waiting != nullptr &&
        page.waiting->pending.value.request.needed == identity::Assurance::phishing_resistant;
    if (passkey_only) html.element("p", texts::kPasskeyNeeded.text(), {{"class", "note"}});
    passkey_form(html, page.visit, "/sign-in/passkey", "get", texts::kWithPasskey);
    if (passkey_only) no_passkeys(html);
    provider_form(html, page, passkey_only);
    if (!passkey_only) {
        html.raw("<p class=\"or\"><span>or</span></p>\n");
        password_form(html, page);
    }
    auto const code = page.visit.address("/sign-in/code");
    html.open("p", {{"class", "soft after"}});
    html.element("a", texts::kWithCode.text(), {{"href", code}}).close("p");
    return screen_of(page, title, std::move(html));
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
                      .focus = true,
                      .problem = is_about_fields(page)});
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
    bool const problem_of_fields = is_about_fields(page);
    user_name_field(html, problem_of_fields);
    text_field(html, {.name = "code", .label = "Code", .problem = problem_of_fields});
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
