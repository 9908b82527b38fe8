// The pages before somebody is signed in. Any thread.
#pragma once

#include <string_view>

#include "outside_provider/settings.h"
#include "sign_in/screen.h"
#include "sign_in/visit.h"
#include "sign_in/waiting.h"

namespace salus::sign_in {

struct SignInPage {
    Visit const& visit;
    Waiting const* waiting = nullptr;                      // the app that asks; nullptr: none
    outside_provider::Settings const* provider = nullptr;  // nullptr: none
    bool confirm = false;  // somebody is signed in, and has to prove it anew
    Literal what_failed{};
    int status = 200;
};
[[nodiscard]] Screen sign_in_page(SignInPage const& page);
[[nodiscard]] Screen one_time_password_page(SignInPage const& page);
[[nodiscard]] Screen code_page(SignInPage const& page);
// To the outside provider: whoever's browser does not go by itself follows a link.
[[nodiscard]] Screen leave_page(std::string_view provider, std::string_view url);
[[nodiscard]] Screen over_page(Visit const& visit);

}  // namespace salus::sign_in
