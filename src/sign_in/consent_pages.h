// The pages between a sign-in and the app: whose records, and what it may do. Any thread.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "identity/user.h"
#include "sign_in/patient.h"
#include "sign_in/screen.h"
#include "sign_in/waiting.h"

namespace salus::sign_in {

[[nodiscard]] Screen patient_page(Visit const& visit, Waiting const& waiting, Literal what_failed,
                                  int status);

// Those that a name and a birth date found: each can be chosen.
[[nodiscard]] Screen patients_page(Visit const& visit, Waiting const& waiting,
                                   std::span<ShownPatient const> patients);

struct ConsentPage {
    Visit const& visit;
    Waiting const& waiting;
    identity::User const& user;
    request::ScopeRequest const& scope;
    ShownPatient const* patient = nullptr;  // nullptr: the app needs none
    std::string shown;                      // names what is shown (F7)
    std::chrono::minutes lasts{};           // of an emergency
    std::string reason{};                   // of an emergency, as it was typed
    Literal what_failed{};
};
[[nodiscard]] Screen consent_page(ConsentPage const& page);

}  // namespace salus::sign_in
