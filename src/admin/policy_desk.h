// What questions about the policy in force work with (AZ-4, AZ-7). Borrows all of it; one thread's
// own.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "authorization/policy.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"
#include "request/caller.h"
#include "request/tenant.h"

namespace salus::admin {

// Somebody who asks, and the most that a token for them can say.
struct Subject {
    request::CallerFacts caller;                  // with the compartment of the patient they are
    std::vector<request::PurposeOfUse> purposes;  // it may state; the first is its default
    bool is_stored = false;   // else anybody: nothing limits what they may state
    bool is_patient = false;  // tokens for them are bound to their own record
    Literal barred{};         // why there is no token at all; empty: there is
};

// Who is stored in this tenant. Errors are those of the records.
class Subjects {
public:
    virtual ~Subjects() = default;
    // By user_name; by id, which is the `sub` of tokens; by client_id. Nothing: there is none.
    [[nodiscard]] virtual Result<std::optional<Subject>> user_named(std::string_view name) = 0;
    [[nodiscard]] virtual Result<std::optional<Subject>> user(std::string_view id) = 0;
    [[nodiscard]] virtual Result<std::optional<Subject>> client(std::string_view id) = 0;
};

struct PolicyDesk {
    request::Tenant const& tenant;
    authorization::Policy const& policy;
    Subjects& subjects;
    json::Parser& parser;
    Clock const& clock;
};

}  // namespace salus::admin
