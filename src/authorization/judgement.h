// Judgement: what the policy says of one request, asked act by act and type by type: what the
// request itself does, and what it brings along or looks at. The facts that rules decide by are
// put together when the first question is evaluated, once for all that is asked, and each question
// is evaluated once: a request that no rule decides costs nothing here. Pure: the time is given.
// Borrows the caller; belongs to one request.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

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
    // On those that are about to be found, and then judged one by one (found_record_rules.h), so
    // that it is not known yet where they belong: as of records that belong nowhere, or else, of a
    // "no", as of records that belong just where the caller works. What is not judged again, the
    // audit log and the reach of a search, gets the first alone.
    [[nodiscard]] Outcome const& before_found(Act act, std::string_view type,
                                              std::optional<CompartmentId> const& compartment,
                                              bool care);
    // On a resource of this type that is so, whatever questions are about.
    [[nodiscard]] Outcome const& on_record(Act act, std::string_view type,
                                           std::optional<CompartmentId> const& compartment,
                                           request::RecordCircumstances const& record);
    // Whether what is said of a record so found may depend on where it belongs. A "yes" may be said
    // where it does not.
    [[nodiscard]] bool asks_for_places(Act act, std::string_view type,
                                       std::optional<CompartmentId> const& compartment,
                                       request::RecordCircumstances const& record);
    // Whether what is said of a type holds for each record of it, whatever its labels, whoever's it
    // is, whoever wrote it, whoever cares for its patient, and wherever it belongs. A "no" may be
    // said where a record would show nothing.
    [[nodiscard]] bool is_certain(Act act, std::string_view type);
    // Whether some record of a type may be out of reach for what shows only when it is found. A
    // "yes" may be said where none is.
    [[nodiscard]] bool may_hide_some(Act act, std::string_view type);
    // On a function of the server: "definitions", "clients", "users", "keys", "check", "backups",
    // "auditDetails", "launch", "receipt".
    [[nodiscard]] Outcome const& on_function(Act act, std::string_view function);
    // Elements of a type that may be looked at: read, or else found by searching, or else written.
    [[nodiscard]] request::AllowedElements const& elements_of(std::string_view type);

private:
    // Act, type or function, whether it is of the caller's patient, and what shows of a record: all
    // that two questions of one request differ in.
    using Key = std::tuple<Act, std::string, bool, request::RecordCircumstances>;

    // What rules decide by.
    struct Facts {
        Facts(request::CallerFacts const& caller, TenantName tenant,
              Circumstances const& circumstances)
            : entities(caller, std::move(tenant)), context(caller, circumstances) {}
        RequestEntities entities;
        RequestContext context;
    };

    [[nodiscard]] Facts& facts();
    [[nodiscard]] std::vector<std::string> labels_in(request::CarriedLabels carried) const;
    [[nodiscard]] bool is_bound(std::optional<CompartmentId> const& compartment) const noexcept;
    [[nodiscard]] Outcome const& judged(Act act, std::string_view type, bool bound,
                                        request::RecordCircumstances const& record);
    [[nodiscard]] Outcome const& judged_before(Act act, std::string_view type, bool bound,
                                               bool care);
    void ask_about(std::string_view type, bool bound, request::RecordCircumstances const& record);
    // Of what the entities are about: whether any of these is satisfied or errs, for the act or as
    // a limit.
    [[nodiscard]] bool any_counts(cedar::PolicySet const& guards, Act act);
    // Of what the entities are about: whether all elements are open whatever a record shows.
    [[nodiscard]] bool opens_every_record(Act act);
    // What the entities are about.
    [[nodiscard]] Outcome judge(Facts& facts, Act act, std::string_view type);

    Policy policy_;
    request::CallerFacts const& caller_;
    TenantName tenant_;
    Circumstances circumstances_;
    bool bound_ = false;
    bool care_ = false;
    std::optional<Facts> facts_;  // once something was asked
    // What of a record the entities say, while they are about one.
    struct AskedRecord {
        bool bound = false;
        request::RecordCircumstances record{};
    };
    std::optional<AskedRecord> asked_;
    std::map<Key, Outcome, std::less<>> outcomes_;
    cedar::Response response_;
};

}  // namespace salus::authorization
