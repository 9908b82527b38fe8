// The pages of an account. Any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "factors/recovery_codes.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "identity/user.h"
#include "sign_in/screen.h"

namespace salus::sign_in {

struct SessionLine {
    std::string id;
    identity::Session session;
    bool present = false;  // the one that looks at the page
};
struct AppLine {
    std::string id;  // of the grant
    std::string client;
    identity::Grant grant;
};
struct AccountPage {
    Visit const& visit;
    identity::User const& user;
    bool by_code = false;  // signed in with a code: for enrolling alone
    std::vector<SessionLine> const& sessions;
    std::vector<AppLine> const& apps;
    Literal what_failed{};
    int status = 200;
};
[[nodiscard]] Screen account_page(AccountPage const& page);
[[nodiscard]] Screen password_page(Visit const& visit, identity::User const& user,
                                   Literal what_failed, int status);
// `uri`: what an authenticator app reads (factors::totp_uri); the secret is in it.
[[nodiscard]] Screen totp_page(Visit const& visit, SecretBytes const& uri, Literal what_failed,
                               int status);
[[nodiscard]] Screen recovery_codes_page(Visit const& visit, identity::User const& user,
                                         std::vector<SecretBytes> const& codes);

}  // namespace salus::sign_in
