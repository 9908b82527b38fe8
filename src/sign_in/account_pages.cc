#include "sign_in/account_pages.h"

#include <algorithm>
#include <chrono>

#include "foundation/oauth_limits.h"
#include "pages/qr_code.h"
#include "sign_in/dates.h"
#include "sign_in/scope_words.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

void begin_row(pages::Html& html, std::string_view title) {
    html.raw("<li><span class=\"what\">").name(title).raw("<small>");
}

void end_detail(pages::Html& html) {
    html.raw("</small></span>");
}

void row(pages::Html& html, std::string_view title, std::string_view detail) {
    begin_row(html, title);
    html.text(detail);
    end_detail(html);
}

void row_since(pages::Html& html, std::string_view title, Literal since, WallTime time) {
    begin_row(html, title);
    html.text(since.text()).text(" ");
    if (time == WallTime()) {
        html.text("never");
    } else {
        instant(html, time);
    }
    end_detail(html);
}

struct RowAction {
    Literal action;
    Literal label;
    Literal field{};
    std::string_view value{};
    std::string_view of{};  // what it is done to, for who does not see the row
};
void row_action(pages::Html& html, Visit const& visit, RowAction const& act) {
    open_form(html, visit, act.action);
    if (!act.field.empty()) html.hidden(act.field, act.value);
    html.open("button", {{"type", "submit"}, {"class", "second small"}});
    html.text(act.label.text()).raw("<span class=\"unseen\"> ").text(act.of).raw("</span>");
    html.close("button").close("form");
}

// What cannot be undone is asked for twice; no script is needed for it.
void sure_action(pages::Html& html, Visit const& visit, Literal label, Literal why,
                 RowAction const& act) {
    html.open("details", {{"class", "sure"}}).open("summary").text(label.text());
    html.raw("<span class=\"unseen\"> ").text(act.of).raw("</span>").close("summary");
    html.element("p", why.text());
    row_action(html, visit, act);
    html.close("details");
}

void link(pages::Html& html, Visit const& visit, Literal page, Literal label) {
    auto const url = visit.address(page);
    html.element("a", label.text(), {{"href", url}, {"class", "button second small"}});
}

void passkeys(pages::Html& html, AccountPage const& page) {
    html.element("h2", "Passkeys");
    if (!page.user.passkeys.empty()) html.open("ul", {{"class", "rows"}});
    for (auto const& passkey : page.user.passkeys) {
        auto const id = to_base64url(passkey.credential.id);
        row_since(html, passkey.name, "last used", passkey.used);
        if (!page.by_code) {
            sure_action(html, page.visit, "Remove", texts::kRemovePasskeyWhy,
                        {.action = "/account/passkey/remove",
                         .label = "Remove it",
                         .field = "passkey",
                         .value = id,
                         .of = passkey.name});
        }
        html.close("li");
    }
    if (!page.user.passkeys.empty()) html.close("ul");
    passkey_form(html, page.visit, "/account/passkey", "create", "Add a passkey");
    no_passkeys(html);
}

void rename(pages::Html& html, AccountPage const& page) {
    if (page.user.passkeys.empty() || page.by_code) return;
    html.raw("<details><summary>Rename a passkey</summary>");
    for (auto const& passkey : page.user.passkeys) {
        auto const id = to_base64url(passkey.credential.id);
        auto const field = "name-" + id;
        open_form(html, page.visit, "/account/passkey/rename");
        html.hidden("passkey", id);
        html.element("label", passkey.name, {{"for", field}});
        html.open("input", {{"type", "text"},
                            {"id", field},
                            {"name", "name"},
                            {"maxlength", "64"},
                            {"value", passkey.name}});
        submit(html, "Rename", "second");
        html.close("form");
    }
    html.raw("</details>\n");
}

void passwords(pages::Html& html, AccountPage const& page) {
    auto const& user = page.user;
    html.element("h2", "Password and authenticator app").open("ul", {{"class", "rows"}});
    if (user.password) {
        row_since(html, "Password", "changed", user.password->changed);
    } else {
        row(html, "Password", "not set");
    }
    link(html, page.visit, "/account/password", user.password ? Literal("Change") : Literal("Set"));
    html.close("li");
    if (user.totp) {
        row_since(html, texts::kAuthenticatorApp.text(), "since", user.totp->added);
    } else {
        row(html, texts::kAuthenticatorApp.text(),
            user.password ? "not set up" : "goes with a password");
    }
    if (user.totp && !page.by_code) {
        sure_action(html, page.visit, "Remove", texts::kRemoveOneTimePasswordWhy,
                    {.action = "/account/one-time-password/remove",
                     .label = "Remove it",
                     .of = texts::kAuthenticatorApp.text()});
    } else if (user.password) {
        link(html, page.visit, "/account/one-time-password", "Set up");
    }
    html.close("li").close("ul");
}

void recovery_codes(pages::Html& html, AccountPage const& page) {
    if (page.by_code) return;
    auto const left = page.user.recovery_codes ? page.user.recovery_codes->left() : 0;
    html.element("h2", "Recovery codes").open("ul", {{"class", "rows"}});
    row(html, std::to_string(left) + " left", "for when you have lost everything else");
    sure_action(html, page.visit, "Make new ones", texts::kRecoveryCodesNewWhy,
                {.action = "/account/recovery-codes", .label = "Replace them"});
    html.close("li").close("ul");
}

void session_row(pages::Html& html, AccountPage const& page, SessionLine const& line) {
    auto const& session = line.session;
    begin_row(html, session.browser + (line.present ? " (this one)" : ""));
    html.text("since ");
    instant(html, session.began);
    html.text(", last used ");
    instant(html, session.used);
    end_detail(html);
    row_action(html, page.visit,
               {.action = "/account/session/end",
                .label = "Sign out",
                .field = "session",
                .value = line.id,
                .of = session.browser});
    html.close("li");
}

void sessions(pages::Html& html, AccountPage const& page) {
    static constexpr std::size_t kShown = 4;  // the others unfold
    html.element("h2", "Where you are signed in").open("ul", {{"class", "rows"}});
    auto const first = std::min(page.sessions.size(), kShown);
    for (std::size_t i = 0; i < first; ++i) session_row(html, page, page.sessions[i]);
    html.close("ul");
    if (auto const more = page.sessions.size() - first; more > 0) {
        html.open("details").open("summary").text(std::to_string(more) + " more");
        html.close("summary").open("ul", {{"class", "rows"}});
        for (auto i = first; i < page.sessions.size(); ++i)
            session_row(html, page, page.sessions[i]);
        html.close("ul").close("details");
    }
    if (page.sessions.size() > 1) {
        open_form(html, page.visit, "/account/sessions/end");
        submit(html, "Sign out everywhere else, and end all apps", "second");
        html.close("form");
    }
}

void app_detail(pages::Html& html, identity::Grant const& grant) {
    if (grant.emergency_until) html.text("For an emergency that you declared. ");
    if (!grant.patient.empty())
        html.text("For the patient with the id ").name(grant.patient).text(". ");
    html.text("Last used ");
    instant(html, grant.used);
    if (!grant.emergency_until && !grant.offline) {
        html.text(". Ends when you sign out, at the latest.");
        return;
    }
    html.text(". Ends ");
    instant(html, grant.ends());
    if (!grant.offline) {
        html.text(", or when you sign out.");
        return;
    }
    auto const idle = std::chrono::duration_cast<std::chrono::days>(limits::kGrantIdle);
    html.text(", or when it was not used for " + std::to_string(idle.count()) + " days.");
}

void apps(pages::Html& html, AccountPage const& page) {
    html.element("h2", "Apps with access");
    if (page.apps.empty()) {
        html.element("p", "None.", {{"class", "soft"}});
        return;
    }
    auto const whose = page.user.patient.empty() ? Whose::chosen_patient : Whose::own;
    html.open("ul", {{"class", "rows"}});
    for (auto const& line : page.apps) {
        begin_row(html, line.client);
        app_detail(html, line.grant);
        end_detail(html);
        row_action(html, page.visit,
                   {.action = "/account/app/end",
                    .label = "End access",
                    .field = "app",
                    .value = line.id,
                    .of = line.client});
        html.open("details").open("summary").text("What it can do");
        html.raw("<span class=\"unseen\"> ").text(line.client).raw("</span>").close("summary");
        allowances(html, in_words(line.grant.scope, whose));
        html.close("details").close("li");
    }
    html.close("ul");
}

// Signed in with a code: what is missing, or that nothing is.
void enrolling(pages::Html& html, AccountPage const& page) {
    html.element("h1", texts::kEnrol.text());
    problem(html, page.what_failed);
    bool const done = page.user.has_strong_factor();
    html.element("p", done ? texts::kEnrolled.text() : texts::kEnrolWhy.text(),
                 {{"class", "note"}});
    if (!done) return;
    if (page.visit.authorization().empty()) {
        open_form(html, page.visit, "/account/sign-out");
        submit(html, texts::kSignInAnew);
        html.close("form");
    } else {
        auto const url = page.visit.address("/sign-in");
        html.element("a", texts::kSignInAndGoOn.text(), {{"href", url}, {"class", "button"}});
    }
}

}  // namespace

Screen account_page(AccountPage const& page) {
    pages::Html html;
    if (page.by_code) {
        enrolling(html, page);
    } else {
        html.element("h1", texts::kAccount.text());
        html.open("p", {{"class", "soft"}});
        html.name(page.user.display_name.empty() ? page.user.user_name : page.user.display_name);
        html.close("p");
        problem(html, page.what_failed);
    }
    passkeys(html, page);
    rename(html, page);
    passwords(html, page);
    if (!page.by_code) {
        recovery_codes(html, page);
        sessions(html, page);
        apps(html, page);
    }
    open_form(html, page.visit, "/account/sign-out");
    submit(html, "Sign out", "second");
    html.close("form");
    return {.title = page.by_code ? texts::kEnrol : texts::kAccount,
            .body = std::move(html),
            .status = page.status,
            .problem = !page.what_failed.empty()};
}

Screen password_page(Visit const& visit, identity::User const& user, Literal what_failed,
                     int status) {
    pages::Html html;
    html.element("h1", texts::kSetPassword.text());
    problem(html, what_failed);
    bool const wrong = !what_failed.empty() && status == 422;
    open_form(html, visit, "/account/password");
    // For password stores: whose it is.
    html.open("input", {{"type", "text"},
                        {"name", "username"},
                        {"value", user.user_name},
                        {"autocomplete", "username"},
                        {"readonly", ""},
                        {"hidden", ""}});
    text_field(html, {.name = "password",
                      .label = "New password",
                      .type = "password",
                      .autocomplete = "new-password",
                      .hint = texts::kSetPasswordWhy,
                      .focus = true,
                      .problem = wrong});
    text_field(html, {.name = "password-again",
                      .label = texts::kPasswordAgain,
                      .type = "password",
                      .autocomplete = "new-password",
                      .problem = wrong});
    submit(html, texts::kSetPassword);
    html.close("form");
    auto const back = visit.address("/account");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Back", {{"href", back}}).close("p");
    return {.title = texts::kSetPassword,
            .body = std::move(html),
            .status = status,
            .problem = !what_failed.empty()};
}

Screen totp_page(Visit const& visit, SecretBytes const& uri, Literal what_failed, int status) {
    auto const address = std::string(text_of(uri.reveal()));
    auto const begin = address.find("secret=") + 7;
    auto const secret = address.substr(begin, address.find('&', begin) - begin);
    pages::Html html;
    html.element("h1", texts::kSetOneTimePassword.text());
    html.element("p", texts::kSetOneTimePasswordWhy.text());
    problem(html, what_failed);
    if (auto const code = pages::QrCode::of(address)) {
        auto const picture = code->data_uri();
        html.open("img", {{"class", "qr"},
                          {"src", picture},
                          {"alt", "QR code of the key that is written below"}});
    }
    html.open("p", {{"class", "note"}}).open("code");
    for (std::size_t i = 0; i < secret.size(); i += 4) {
        if (i > 0) html.text(" ");
        html.text(secret.substr(i, 4));
    }
    html.close("code").close("p");
    html.open("p").element("a", "Open it in an app on this device", {{"href", address}}).close("p");
    open_form(html, visit, "/account/one-time-password");
    text_field(html, {.name = "code",
                      .label = texts::kOneTimePassword,
                      .autocomplete = "one-time-code",
                      .numeric = true,
                      .focus = true,
                      .problem = !what_failed.empty()});
    submit(html, "Set it up");
    html.close("form");
    auto const back = visit.address("/account");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Back", {{"href", back}}).close("p");
    return {.title = texts::kSetOneTimePassword,
            .body = std::move(html),
            .status = status,
            .problem = !what_failed.empty()};
}

Screen recovery_codes_page(Visit const& visit, identity::User const& user,
                           std::vector<SecretBytes> const& codes) {
    pages::Html html;
    html.element("h1", texts::kRecoveryCodes.text());
    // A printed page says of what it is.
    html.open("p", {{"class", "soft"}}).text("of ").name(user.user_name).text(" at ");
    html.text(visit.tenant().public_url).close("p");
    html.element("p", texts::kRecoveryCodesWhy.text());
    html.open("ul", {{"class", "codes"}});
    for (auto const& code : codes) html.element("li", text_of(code.reveal()));
    html.close("ul");
    auto const account = visit.address("/account");
    html.element("a", texts::kRecoveryCodesSaved.text(), {{"href", account}, {"class", "button"}});
    return {.title = texts::kRecoveryCodes, .body = std::move(html)};
}

}  // namespace salus::sign_in
