// For tests of rooms that do not link authorization/: makes the Permits that only it can make.
// DO NOT include in a program that links authorization/: its class has this name.
#pragma once

#include "fhir/definitions.h"
#include "request/permit.h"

namespace salus::authorization {

class Authorization {
public:
    static request::Permit permit(request::CallerPointer caller, request::Intent intent,
                                  request::AllowedElements const& elements, request::Reach reach) {
        request::Permit permit(std::move(caller), std::move(intent));
        permit.elements_ = elements;
        permit.entry_elements_.assign(permit.entries().size(), elements);
        permit.reach_ = reach;
        if (permit.intent().interaction == request::Interaction::history_system) {
            for (auto const& type : fhir::resource_types())
                permit.included_.push_back({std::string(type.name.text()), elements});
        }
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
                                   request::AllowedElements const& elements = all_elements(),
                                   request::Reach reach = request::Reach::named) {
    return authorization::Authorization::permit(std::move(caller), std::move(intent), elements,
                                                reach);
}

}  // namespace salus::testing
