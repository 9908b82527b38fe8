// The hospital's policy, as it is in the program (hospital_test.cc holds it to policies/hospital).
// Included by tests only.
#pragma once

#include <string>

#include "authorization/policy.h"
#include "authorization/supplied_policies.h"

namespace salus::testing {

inline authorization::Policy hospital_policy() {
    std::string text;
    for (auto const& file : authorization::hospital_set()) {
        if (file.path.ends_with(".cedar")) text.append(file.text).append("\n");
    }
    return authorization::Policy::parse(std::move(text)).value();
}

}  // namespace salus::testing
