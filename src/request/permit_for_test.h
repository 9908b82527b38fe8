// For tests of rooms that do not link authorization/: makes the Permits that only it can make.
// DO NOT include in a program that links authorization/: its class has this name.
#pragma once

#include "request/permit.h"

namespace salus::authorization {

class Authorization {
public:
    static request::Permit permit(request::CallerPointer caller, request::Intent intent,
                                  request::AllowedElements const& elements) {
        request::Permit permit(std::move(caller), std::move(intent));
        permit.elements_ = elements;
        permit.entry_elements_.assign(permit.entries().size(), elements);
        return permit;
    }
};

}  // namespace salus::authorization

namespace salus::testing {

inline request::AllowedElements all_elements() {
    return {.all = true, .names = {}};
}
inline request::AllowedElements only_elements(std::vector<std::string> names) {
    std::ranges::sort(names);
    return {.all = false, .names = std::move(names)};
}
inline request::Permit make_permit(request::CallerPointer caller, request::Intent intent,
                                   request::AllowedElements const& elements = all_elements()) {
    return authorization::Authorization::permit(std::move(caller), std::move(intent), elements);
}

}  // namespace salus::testing
