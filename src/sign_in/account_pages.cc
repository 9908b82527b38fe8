#include "sign_in/account_pages.h"

#include "pages/qr_code.h"
#include "sign_in/scope_words.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

// "2026-11-26 22:15 UTC".
std::string when(WallTime time) {
    if (time == WallTime()) return "never";
    auto text = to_instant(time).substr(0, 16);
    text[10] = ' ';
    return text + " UTC";
}

void row(pages::Html& html, std::string_view title, std::string_view detail) {
    html.raw("<li><span>").text(title).raw("<small>").text(detail).raw("</small></span>");
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

void link(pages::Html& html, Visit const& visit, Literal page, Literal label) {
    auto const url = visit.address(page);
    html.element("a", label.text(), {{"href", url}, {"class", "button second small"}});
}

void passkeys(pages::Html& html, AccountPage const& page) {
    html.element("h2", "Passkeys").open("ul", {{"class", "rows"}});
    for (auto const& passkey : page.user.passkeys) {
        auto const id = to_base64url(passkey.credential.id);
        row(html, passkey.name, "last used " + when(passkey.used));
        if (!page.by_code) {
            row_action(html, page.visit,
                       {.action = "/account/passkey/remove",
                        .label = "Remove",
                        .field = "passkey",
                        .value = id,
                        .of = passkey.name});
        }
        html.close("li");
    }
    html.close("ul");
    passkey_form(html, page.visit, "/account/passkey", "create", "Add a passkey");
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
    html.element("h2", "Password and one-time password").open("ul", {{"class", "rows"}});
    row(html, "Password",
        user.password ? "changed " + when(user.password->changed) : std::string("not set"));
    link(html, page.visit, "/account/password", user.password ? Literal("Change") : Literal("Set"));
    html.close("li");
    row(html, "One-time password",
        user.totp ? "since " + when(user.totp->added) : std::string("not set up"));
    if (user.totp && !page.by_code) {
        row_action(html, page.visit,
                   {.action = "/account/one-time-password/remove",
                    .label = "Remove",
                    .of = "one-time password"});
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
    row_action(html, page.visit,
               {.action = "/account/recovery-codes", .label = "New ones", .of = "replace them"});
    html.close("li").close("ul");
}

void sessions(pages::Html& html, AccountPage const& page) {
    html.element("h2", "Where you are signed in").open("ul", {{"class", "rows"}});
    for (auto const& line : page.sessions) {
        auto const& session = line.session;
        row(html, session.browser + (line.present ? " (this one)" : ""),
            "since " + when(session.began) + ", last used " + when(session.used));
        row_action(html, page.visit,
                   {.action = "/account/session/end",
                    .label = line.present ? Literal("Sign out") : Literal("End"),
                    .field = "session",
                    .value = line.id,
                    .of = session.browser});
        html.close("li");
    }
    html.close("ul");
    if (page.sessions.size() > 1) {
        open_form(html, page.visit, "/account/sessions/end");
        submit(html, "Sign out everywhere else, and end all apps", "second");
        html.close("form");
    }
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
        std::string detail = "last used " + when(line.grant.used) + ". ";
        if (line.grant.emergency_until) detail.append("For an emergency that you declared. ");
        for (auto const& each : in_words(line.grant.scope, whose)) {
            detail.append(each.what);
            for (std::size_t i = 0; i < each.things.size(); ++i)
                detail.append(i == 0 ? ": " : ", ").append(each.things[i]);
            detail.append(". ");
        }
        row(html, line.client, detail);
        row_action(html, page.visit,
                   {.action = "/account/app/end",
                    .label = "End",
                    .field = "app",
                    .value = line.id,
                    .of = line.client});
        html.close("li");
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
    auto const url = page.visit.address("/sign-in");
    bool const waits = !page.visit.authorization().empty();
    if (waits) html.element("a", "Sign in and go on", {{"href", url}, {"class", "button"}});
}

}  // namespace

Screen account_page(AccountPage const& page) {
    pages::Html html;
    if (page.by_code) {
        enrolling(html, page);
    } else {
        html.element("h1", texts::kAccount.text());
        html.element("p",
                     page.user.display_name.empty() ? page.user.user_name : page.user.display_name,
                     {{"class", "soft"}});
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
    passkey_script(html, page.visit);
    return {.title = texts::kAccount,
            .body = std::move(html),
            .status = page.status,
            .powers = {.script = true}};
}

Screen password_page(Visit const& visit, identity::User const& user, Literal what_failed,
                     int status) {
    pages::Html html;
    html.element("h1", texts::kSetPassword.text());
    html.element("p", texts::kSetPasswordWhy.text(), {{"class", "soft"}});
    problem(html, what_failed);
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
                      .focus = true});
    text_field(html, {.name = "password-again",
                      .label = "The same again",
                      .type = "password",
                      .autocomplete = "new-password"});
    submit(html, texts::kSetPassword);
    html.close("form");
    auto const back = visit.address("/account");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Back", {{"href", back}}).close("p");
    return {.title = texts::kSetPassword, .body = std::move(html), .status = status};
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
                      .focus = true});
    submit(html, "Set it up");
    html.close("form");
    auto const back = visit.address("/account");
    html.open("p", {{"class", "soft after"}});
    html.element("a", "Back", {{"href", back}}).close("p");
    return {.title = texts::kSetOneTimePassword, .body = std::move(html), .status = status};
}

Screen recovery_codes_page(Visit const& visit, std::vector<SecretBytes> const& codes) {
    pages::Html html;
    html.element("h1", texts::kRecoveryCodes.text());
    html.element("p", texts::kRecoveryCodesWhy.text());
    html.open("ul", {{"class", "codes"}});
    for (auto const& code : codes) html.element("li", text_of(code.reveal()));
    html.close("ul");
    auto const account = visit.address("/account");
    html.element("a", "I have put them by", {{"href", account}, {"class", "button"}});
    return {.title = texts::kRecoveryCodes, .body = std::move(html)};
}

}  // namespace salus::sign_in
