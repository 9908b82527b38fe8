#include "request/resource_constraints.h"

#include <algorithm>
#include <iterator>

#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "fhir/entry_table_writer.h"
#include "request/scope_constraint.h"

namespace salus::request {
namespace {

using Rows = std::vector<fhir::EntryTable::Row>;

// A constraint follows no references.
class NoLinks : public fhir::SearchLinks {
public:
    Result<std::span<fhir::EntryTable const>> beside(fhir::Type const&) override { return none(); }
    Result<std::span<fhir::EntryTable const>> shared(fhir::Type const&,
                                                     std::span<std::string_view const>) override {
        return none();
    }

private:
    static std::span<fhir::EntryTable const> none() { return {}; }
};

bool is_granular(Scope const& scope) {
    return !scope.constraint.empty();
}

}  // namespace

ResourceConstraints::ResourceConstraints(CallerFacts const& caller, IntentFacts const& intent)
    : any_(std::ranges::any_of(caller.scopes, is_granular)) {
    if (!any_) return;
    auto const* asked = fhir::find_resource_type(intent.type);
    bool const in_patients_name =
        caller.patient_compartment && intent.compartment == caller.patient_compartment;
    if (in_patients_name && asked != nullptr && fhir::is_shared_type(*asked))
        patients_shared_type_ = intent.type;
    for (auto const& scope : caller.scopes) {
        Rule rule{.scope = scope, .query = {}, .within = {}};
        if (scope.context == ScopeContext::patient) {
            if (!caller.patient_compartment) continue;
            rule.within = caller.patient_compartment;
        }
        if (is_granular(scope)) {
            auto const* type = fhir::find_type(scope.type == "*" ? "Resource" : scope.type);
            if (type == nullptr) continue;
            rule.query = constraint_query(*type, scope.constraint);
            if (!rule.query) continue;
        }
        rules_.push_back(std::move(rule));
    }
}

void ResourceConstraints::keep_usable(std::function<bool(Scope const&)> const& is_usable) {
    std::erase_if(rules_, [&](Rule const& rule) { return !is_usable(rule.scope); });
}

bool ResourceConstraints::applies(Rule const& rule, Interaction part, std::string_view type,
                                  CompartmentId const& compartment) const {
    bool const reaches =
        !rule.within || *rule.within == compartment || type == patients_shared_type_;
    return reaches && allows(rule.scope, part, type);
}

bool ResourceConstraints::leave_all(Interaction interaction, std::string_view type) const {
    return !any_ || std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
        return std::ranges::any_of(rules_, [&](Rule const& rule) {
            return !rule.query && allows(rule.scope, part, type);
        });
    });
}

bool ResourceConstraints::leave_all(Interaction interaction, std::string_view type,
                                    CompartmentId const& compartment) const {
    return !any_ || std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
        return std::ranges::any_of(rules_, [&](Rule const& rule) {
            return !rule.query && applies(rule, part, type, compartment);
        });
    });
}

bool ResourceConstraints::reach_beyond_patient(Interaction interaction,
                                               std::string_view type) const {
    return std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
        return std::ranges::any_of(rules_, [&](Rule const& rule) {
            return !rule.within && allows(rule.scope, part, type);
        });
    });
}

Result<void> ResourceConstraints::retain(Interaction interaction, fhir::EntryTable const& table,
                                         CompartmentId const& compartment, Rows& rows) const {
    auto const type = table.type().name.text();
    if (leave_all(interaction, type, compartment)) return {};
    NoLinks links;
    for (auto const part : parts_of(interaction)) {
        Rows kept;
        for (auto const& rule : rules_) {
            if (!applies(rule, part, type, compartment)) continue;
            auto let_through = rows;
            if (rule.query) SALUS_TRY_VOID(rule.query->retain(table, let_through, links));
            Rows both;
            std::ranges::set_union(kept, let_through, std::back_inserter(both));
            kept = std::move(both);
        }
        rows = std::move(kept);
    }
    return {};
}

Result<bool> ResourceConstraints::leave(Interaction interaction, fhir::EntryView const& entry,
                                        CompartmentId const& compartment) const {
    if (leave_all(interaction, entry.type(), compartment)) return true;
    auto const* type = fhir::find_resource_type(entry.type());
    if (type == nullptr) return fail(Errc::corrupt, "an index entry is of an unknown type");
    // As a table of one row: there is one way to compare.
    fhir::EntryTableWriter writer(*type);
    SALUS_TRY_VOID(writer.add(entry));
    SALUS_TRY(auto bytes, std::move(writer).finish());
    auto const left = [&]() -> Result<bool> {
        SALUS_TRY(auto const table, fhir::EntryTable::open(*type, bytes));
        auto rows = table.rows();
        SALUS_TRY_VOID(retain(interaction, table, compartment, rows));
        return !rows.empty();
    }();
    scrub(bytes);
    return left;
}

}  // namespace salus::request
