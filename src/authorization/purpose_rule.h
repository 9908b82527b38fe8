// What each purpose of use may do and see (AZ-4, 164.502(b), 164.514(d)), as the tables [policy.*]
// of the configuration say it; and how a person must have signed in. to_policies() says the same in
// the policy language, which is what decides.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "request/challenge.h"
#include "request/permit.h"
#include "request/purpose_of_use.h"

namespace salus::authorization {

// Which resource types an act is permitted on.
struct AllowedTypes {
    bool all = false;
    std::vector<std::string> names;  // when not all; sorted

    [[nodiscard]] bool contains(std::string_view name) const {
        return all || std::ranges::binary_search(names, name);
    }
};

// How a person proved to be who they are (`acr`, OpenID Connect Core section 2), weakest first:
// with several factors ("mfa"); with one that cannot be phished ("phr"), which is as good for any
// use. Any other value, "recovery" among them, is good for nothing.
enum class Assurance : std::uint8_t { multi_factor, phishing_resistant };

// How whoever acts in the name of a person must have signed in (RFC 9470, IAM-7). A client that
// acts for itself has nobody to ask. Never less than several factors.
struct SignIn {
    Assurance least = Assurance::multi_factor;
    std::chrono::seconds max_age{0};  // since the person did so; 0: any

    friend bool operator==(SignIn const&, SignIn const&) = default;
};
[[nodiscard]] SignIn stricter_of(SignIn const& one, SignIn const& other);
// "phr" or "phr mfa".
[[nodiscard]] Literal acr_values_of(Assurance least);
// Nothing: good for nothing.
[[nodiscard]] std::optional<Assurance> assurance_of(std::string_view acr);

inline constexpr std::chrono::seconds kAdministrationMaxAge{900};

// By what is done. Administration is all that a scope of administration opens: definitions,
// clients, users, keys, backups, checks, the details of the audit log, histories of all patients.
struct SignIns {
    SignIn read;
    SignIn write;
    SignIn administration{.max_age = kAdministrationMaxAge};
};

struct PurposeRule {
    PolicyRuleId id;
    request::PurposeOfUse purpose = request::PurposeOfUse::treatment;
    AllowedTypes read;          // read, vread, history, search
    AllowedTypes write;         // create, update
    AllowedTypes remove;        // delete
    AllowedTypes declassify{};  // security labels are taken away from these
    // Reading may span patients, where a scope says so too (MIN-3).
    request::Reach reach = request::Reach::named;
    // Elements that may leave, by type; a type that is not listed here follows `other_elements`.
    std::map<std::string, request::AllowedElements, std::less<>> elements;
    request::AllowedElements other_elements{.all = true, .names = {}};
    SignIns sign_ins{};
};

struct PurposeTable {
    std::vector<PurposeRule> rules;  // at most one per purpose
};

// The same, in the policy language. Two tables that decide differently have different texts.
[[nodiscard]] std::string to_policies(PurposeTable const& table);

}  // namespace salus::authorization
