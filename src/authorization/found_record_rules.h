// What the policy says of records by what shows only when they are found: security labels (42 CFR
// Part 2, 45 CFR 164.508(a)(2) and others that a policy names), whether the caller takes part in
// the care of their patient, and where they belong. A request is decided as if nothing carried a
// label, and everything belonged where most is permitted (Judgement::before_found); then each
// record is judged by itself, and is not there unless that judgement opens no less: permitted, with
// no element withheld that the request's decision may open, and under no stricter sign-in than the
// person has shown. Belongs to one request.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "authorization/judgement.h"
#include "request/caller.h"
#include "request/record_rules.h"

namespace salus::authorization {

class FoundRecordRules : public request::RecordRules {
public:
    // `assumes_care`: the request, or a part of it, is decided as if the caller cared for the
    // patient, because it does not say who that is.
    FoundRecordRules(Policy const& policy, request::CallerPointer const& caller, TenantName tenant,
                     Circumstances const& circumstances, bool assumes_care);
    // With what was asked already. REQUIRES: `rules` is about this caller and policy.
    FoundRecordRules(Policy policy, request::CallerPointer caller, std::shared_ptr<Judgement> rules,
                     WallTime now, bool assumes_care);

    [[nodiscard]] std::vector<std::string> const& labels() const noexcept override;
    [[nodiscard]] bool ask_for_places(request::Interaction part, std::string_view type,
                                      CompartmentId const& compartment,
                                      request::RecordCircumstances const& record) const override;
    [[nodiscard]] bool ask_for_consents() const noexcept override;
    void release(CompartmentId const& compartment,
                 std::vector<std::string> const& labels) const override;
    [[nodiscard]] bool ask_for_care() const noexcept override;
    [[nodiscard]] std::string_view author() const noexcept override;
    [[nodiscard]] bool leave_all(request::Interaction part, std::string_view type) const override;
    [[nodiscard]] std::optional<request::Duties> leave(
        request::Interaction part, std::string_view type, CompartmentId const& compartment,
        request::RecordCircumstances const& record) const override;
    [[nodiscard]] bool hide_some(request::Interaction part, std::string_view type) const override;

private:
    // By part, type, whether the record is the caller's own, and what shows of it.
    using Key = std::tuple<request::Interaction, std::string, bool, request::RecordCircumstances>;

    [[nodiscard]] std::optional<request::Duties> judge(
        request::Interaction part, std::string_view type, CompartmentId const& compartment,
        request::RecordCircumstances const& record) const;
    // No stricter than the person has shown.
    [[nodiscard]] bool is_signed_in(Outcome const& found) const;
    [[nodiscard]] bool is_certain(request::Interaction part, std::string_view type) const;
    // With the labels that the patient's consents open.
    [[nodiscard]] Key found_as(request::Interaction part, std::string_view type,
                               CompartmentId const& compartment,
                               request::RecordCircumstances const& record) const;

    Policy policy_;
    request::CallerPointer caller_;
    std::shared_ptr<Judgement> rules_;  // borrows of caller_
    WallTime now_;
    bool assumes_care_;
    mutable std::map<Key, std::optional<request::Duties>> answers_;
    mutable std::map<Key, bool> place_counts_;
    mutable std::map<CompartmentId, request::CarriedLabels> released_;
    mutable std::map<std::pair<request::Interaction, std::string>, bool> certain_;
};

}  // namespace salus::authorization
