// What the policy says of records by their security labels (42 CFR Part 2; 45 CFR 164.508(a)(2) and
// others that a policy names). A request is decided as if nothing carried a label; then each record
// is judged with the labels that it carries, and is not there unless that judgement opens no less:
// permitted, with no element withheld that the request's decision opens, and under no stricter
// sign-in than the person has shown. Belongs to one request.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "authorization/judgement.h"
#include "request/caller.h"
#include "request/record_rules.h"

namespace salus::authorization {

class LabelRules : public request::RecordRules {
public:
    LabelRules(Policy policy, request::CallerPointer caller, TenantName tenant, WallTime now);

    [[nodiscard]] std::vector<std::string> const& labels() const noexcept override;
    [[nodiscard]] bool leave_all(request::Interaction part, std::string_view type) const override;
    [[nodiscard]] bool leave(request::Interaction part, std::string_view type,
                             CompartmentId const& compartment,
                             request::CarriedLabels carried) const override;

private:
    [[nodiscard]] bool judge(request::Interaction part, std::string_view type,
                             CompartmentId const& compartment,
                             request::CarriedLabels carried) const;

    Policy policy_;
    request::CallerPointer caller_;
    TenantName tenant_;
    WallTime now_;
    // By part, type, whether the record is the caller's own, and labels.
    using Key = std::tuple<request::Interaction, std::string, bool, request::CarriedLabels>;
    mutable std::map<Key, bool> answers_;
};

}  // namespace salus::authorization
