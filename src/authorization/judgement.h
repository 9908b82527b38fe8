// Judgement: what the policy says of one request, asked act by act and type by type: what the
// request itself does, and what it brings along or looks at. The facts that rules decide by are
// put together once for all that is asked, and each question is evaluated once. Pure: the time is
// given. Borrows the caller; belongs to one request.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "authorization/circumstances.h"
#include "authorization/law.h"
#include "authorization/policy.h"
#include "authorization/request_context.h"
#include "authorization/request_entities.h"
#include "request/caller.h"
#include "request/intent.h"
#include "request/record_rules.h"

namespace salus::authorization {

// In the policy language Action::"read" and so on.
enum class Act : std::uint8_t {
    read,
    search,
    create,
    update,
    remove,
    span_patients,  // a search or a history over all patients (MIN-3)
    administer_read,
    administer_write,
    declassify,  // takes security labels away, beside the write that does
};
[[nodiscard]] Literal name_of(Act act) noexcept;

class Judgement {
public:
    // About nothing yet: REQUIRES about() before on().
    Judgement(Policy policy, request::CallerFacts const& caller, TenantName tenant,
              Circumstances const& circumstances);
    // About this intent.
    Judgement(Policy const& policy, request::CallerFacts const& caller,
              request::IntentFacts const& intent, Circumstances const& circumstances);

    // What questions are about from now on: what stands in this compartment, if it is known which;
    // `care`: the caller takes part in the care of its patient. What was answered stays.
    void about(std::optional<CompartmentId> const& compartment, bool care) noexcept;

    // On resources of this type.
    [[nodiscard]] Outcome const& on(Act act, std::string_view type);
    // On a resource of this type that is so, whatever questions are about.
    [[nodiscard]] Outcome const& on_record(Act act, std::string_view type,
                                           std::optional<CompartmentId> const& compartment,
                                           request::RecordCircumstances const& record);
    // Whether what is said of a type holds for each record of it, whatever its labels, whoever's it
    // is, whoever wrote it, and whoever cares for its patient. A "no" may be said where a record
    // would show nothing.
    [[nodiscard]] bool is_certain(Act act, std::string_view type);
    // On a function of the server: "definitions", "clients", "users", "keys", "check", "backups",
    // "auditDetails", "launch", "receipt".
    [[nodiscard]] Outcome const& on_function(Act act, std::string_view function);
    // Elements of a type that may be looked at: read, or else found by searching, or else written.
    [[nodiscard]] request::AllowedElements const& elements_of(std::string_view type);

private:
    // Act, type or function, whether it is of the caller's patient, and what shows of a record: all
    // that two questions of one request differ in.
    using Key = std::tuple<Act, std::string, bool, request::RecordCircumstances>;

    [[nodiscard]] std::vector<std::string> labels_in(request::CarriedLabels carried) const;
    [[nodiscard]] bool is_bound(std::optional<CompartmentId> const& compartment) const noexcept;
    [[nodiscard]] Outcome const& judged(Act act, std::string_view type, bool bound,
                                        request::RecordCircumstances const& record);
    // What entities_ are about.
    [[nodiscard]] Outcome judge(Act act, std::string_view type);

    Policy policy_;
    request::CallerFacts const& caller_;
    RequestEntities entities_;
    bool bound_ = false;
    bool care_ = false;
    RequestContext context_;
    std::map<Key, Outcome, std::less<>> outcomes_;
    cedar::Response response_;
};

}  // namespace salus::authorization
