// The policy: what each purpose of use may do and see (AZ-4, 164.502(b), 164.514(d)). Data, not
// code: it comes from the instance's configuration and is named in every audit leaf by its hash.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/hash.h"
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

struct PurposeRule {
    PolicyRuleId id;
    request::PurposeOfUse purpose;
    AllowedTypes read;    // read, vread, history, search
    AllowedTypes write;   // create, update
    AllowedTypes remove;  // delete
    // Reading may span patients, where a scope says so too (MIN-3).
    request::Reach reach = request::Reach::named;
    // Elements that may leave, by type; a type that is not listed here follows `other_elements`.
    std::map<std::string, request::AllowedElements, std::less<>> elements;
    request::AllowedElements other_elements{.all = true, .names = {}};
};

struct Policy {
    std::vector<PurposeRule> rules;  // at most one per purpose
};

// Over a canonical text of the policy: two policies with one hash decide alike.
[[nodiscard]] crypto::Sha256Digest hash_of(Policy const& policy);

}  // namespace salus::authorization
