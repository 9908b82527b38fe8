// A question to the policy: who, under which circumstances, does what. It becomes the facts that
// decide() and explain() take of a request. Nothing of it is ePHI: it names types, not records, and
// says of a record only whether it is the asker's own. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/policy_desk.h"
#include "admin/stated_access.h"
#include "authorization/circumstances.h"
#include "request/intent.h"

namespace salus::admin {

inline constexpr std::int64_t kSignInAgeLargest = 10LL * 366 * 24 * 3600;  // seconds

// What the subject's token and sign-in say in this case.
struct Circumstances {
    std::optional<request::PurposeOfUse> purpose;      // nothing: the subject's default
    std::optional<std::vector<request::Scope>> scope;  // nothing: all that it may have
    request::RoleNames roles;                          // of this sign-in, beside its own
    std::string acr = "phr";                           // a person's
    std::chrono::seconds age{0};                       // since the person signed in
    bool care = false;               // the asker takes part in the care of the patient in question
    request::PlaceNames works_at{};  // beside where the asker is stored to work
    std::optional<request::PlaceNames> locations{};  // where the record belongs; nothing: not known
    StatedAccess access;
};

struct Target {
    request::Interaction interaction = request::Interaction::read;
    std::string type;  // of resources; empty: a function of the server, or all types
    bool own = false;  // in the compartment of the patient who asks
};

struct Question {
    request::CallerFacts caller;
    request::IntentFacts intent;
    authorization::Circumstances circumstances;
    bool is_stored = false;  // the asker
    Literal barred{};  // there is no such token, whatever the policy says; empty: there may be
};

// "works_at" and "locations" of a question, into them. Errc::invalid: not lists of places.
[[nodiscard]] Result<void> read_places(json::Value root, Circumstances& circumstances);
// "read", "search", "history-type", "admin.user-list" ... on a type, which those on the server do
// not have. Errc::unprocessable: there is nothing of the kind to ask about, and why.
[[nodiscard]] Result<Target> target_of(std::string_view interaction, std::string type, bool own);
// "read" or "write" of "users", "keys" ...: functions as the policy names them.
[[nodiscard]] Result<Target> target_of_function(std::string_view function, std::string_view access);
// Nobody who is stored: a person, or a service, with every scope.
[[nodiscard]] Subject anybody(TenantName const& tenant, bool is_person);
// Errc::unprocessable: what cannot be, such as a record of its own for who is no patient.
[[nodiscard]] Result<Question> question_of(Subject subject, Circumstances circumstances,
                                           Target target, WallTime now);
// As POST /admin/policy/explain has it (docs/handbook/policy-questions.md). Errc::invalid: a member
// is missing, unknown or of a wrong kind. Errc::not_found: nobody has this name.
[[nodiscard]] Result<Question> read_question(PolicyDesk const& desk, json::Value root);

}  // namespace salus::admin
