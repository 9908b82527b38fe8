// Judgement: what the policy says of one request, asked act by act and type by type: what the
// request itself does, and what it brings along or looks at. The facts that rules decide by are
// put together here (docs/handbook/policies.md names them). Pure: the time is given. Borrows its
// arguments; belongs to one request.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "authorization/circumstances.h"
#include "authorization/law.h"
#include "authorization/policy.h"
#include "authorization/request_entities.h"
#include "request/caller.h"
#include "request/intent.h"

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
};
[[nodiscard]] Literal name_of(Act act) noexcept;

class Judgement {
public:
    Judgement(Policy const& policy, request::CallerFacts const& caller,
              request::IntentFacts const& intent, Circumstances const& circumstances);

    Judgement(Policy const& policy, request::CallerFacts const& caller, TenantName const& tenant,
              std::optional<CompartmentId> const& compartment, Circumstances const& circumstances);

    // On resources of this type, as the intent is about them: in its compartment, if it has one.
    [[nodiscard]] Outcome const& on(Act act, std::string_view type);
    // On a resource of this type with these security labels.
    [[nodiscard]] Outcome on_labelled(Act act, std::string_view type,
                                      std::span<std::string const> labels);
    // Whether what is said of a type holds for each record of it, whatever its labels, whoever's it
    // is, whoever wrote it, and whoever cares for its patient.
    [[nodiscard]] bool is_certain(Act act, std::string_view type);
    // On a function of the server: "definitions", "clients", "users", "keys", "check", "backups",
    // "auditDetails", "launch", "receipt".
    [[nodiscard]] Outcome const& on_function(Act act, std::string_view function);
    // Elements of a type that may be looked at: read, or else found by searching, or else written.
    [[nodiscard]] request::AllowedElements const& elements_of(std::string_view type);

private:
    [[nodiscard]] Outcome const& judged(Act act, std::string_view type, bool is_function);
    // What entities_ are about.
    [[nodiscard]] Outcome judge(Act act, std::string_view type);

    Policy const& policy_;
    RequestEntities entities_;
    std::vector<cedar::Record::Member> context_;
    std::map<std::pair<Act, std::string>, Outcome> outcomes_;
    cedar::Response response_;
};

}  // namespace salus::authorization
