// The pages before somebody is signed in. Any thread.
#pragma once

#include "sign_in/screen.h"
#include "sign_in/visit.h"
#include "sign_in/waiting.h"

namespace salus::sign_in {

struct SignInPage {
    Visit const& visit;
    Waiting const* waiting = nullptr;  // the app that asks; nullptr: none
    bool confirm = false;              // somebody is signed in, and has to prove it anew
    Literal what_failed{};
    int status = 200;
};
[[nodiscard]] Screen sign_in_page(SignInPage const& page);
[[nodiscard]] Screen one_time_password_page(SignInPage const& page);
[[nodiscard]] Screen code_page(SignInPage const& page);
[[nodiscard]] Screen over_page(Visit const& visit);

}  // namespace salus::sign_in
