#include "request/resource_constraints.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "fhir/entry_table_writer.h"
#include "fhir/no_links.h"
#include "request/scope_constraint.h"

namespace salus::request {
namespace {

using Rows = ResourceConstraints::Rows;
using CarriedOfRows = std::map<fhir::EntryTable::Row, CarriedLabels>;

bool is_granular(Scope const& scope) {
    return !scope.constraint.empty();
}

// Nothing: they were not found by this map.
std::optional<CarriedLabels> implied_in(std::optional<fhir::ValueReader> values,
                                        std::string_view map,
                                        std::vector<std::string> const& labels) {
    bool const readable = values && values->type() == fhir::ParameterType::token;
    if (!readable || values->left() == 0 || values->token().code != map) return std::nullopt;
    CarriedLabels implied = 0;
    while (values->left() > 0) {
        auto const label = values->token().code;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] == label) implied |= CarriedLabels{1} << i;
        }
    }
    return implied;
}

// Adds what codes imply; returns the rows of which the index does not tell, in order. Rows share
// lists of values, so that each list is looked at once.
Rows add_implied(std::vector<std::string> const& labels, std::string_view map,
                 fhir::EntryTable const& table, Rows const& rows, CarriedOfRows& carried) {
    auto const* parameter = table.parameters().find(fhir::kSecurityParameter);
    if (parameter == nullptr) return rows;
    auto const column = table.column(*parameter, fhir::ColumnSide::beside);
    std::map<fhir::EntryTable::ListNumber, std::optional<CarriedLabels>> known;
    Rows unknown;
    for (auto const row : rows) {
        auto const [place, added] = known.try_emplace(column.list(row));
        if (added) place->second = implied_in(table.values(place->first), map, labels);
        if (!place->second) {
            unknown.push_back(row);
        } else if (*place->second != 0) {
            carried[row] |= *place->second;
        }
    }
    return unknown;
}

// What `judge` says of one entry as a table of one row: there is one way to compare.
template <typename Judge>
auto judged_as_table(fhir::EntryView const& entry, Judge const& judge)
    -> decltype(judge(std::declval<fhir::EntryTable const&>(), std::declval<Rows&>())) {
    auto const* type = fhir::find_resource_type(entry.type());
    if (type == nullptr) return fail(Errc::corrupt, "an index entry is of an unknown type");
    fhir::EntryTableWriter writer(*type);
    SALUS_TRY_VOID(writer.add(entry));
    SALUS_TRY(auto bytes, std::move(writer).finish());
    auto answer =
        [&]() -> decltype(judge(std::declval<fhir::EntryTable const&>(), std::declval<Rows&>())) {
        SALUS_TRY(auto const table, fhir::EntryTable::open(*type, bytes));
        auto rows = table.rows();
        return judge(table, rows);
    }();
    scrub(bytes);
    return answer;
}

}  // namespace

ResourceConstraints::ResourceConstraints(CallerFacts const& caller, IntentFacts const& intent)
    : granular_(std::ranges::any_of(caller.scopes, is_granular)) {
    if (granular_) read_scopes(caller, intent);
}

void ResourceConstraints::add(std::shared_ptr<RecordRules const> rules, CallerFacts const& caller,
                              IntentFacts const& intent) {
    record_rules_ = std::move(rules);
    if (!granular_) read_scopes(caller, intent);
}

void ResourceConstraints::read_scopes(CallerFacts const& caller, IntentFacts const& intent) {
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
    return rules_leave_all(interaction, type) && scopes_leave_all(interaction, type);
}

bool ResourceConstraints::hide_some(Interaction interaction, std::string_view type) const {
    bool const rules_do = record_rules_ != nullptr &&
                          std::ranges::any_of(parts_of(interaction), [&](Interaction part) {
                              return record_rules_->hide_some(part, type);
                          });
    return rules_do || !scopes_leave_all(interaction, type);
}

bool ResourceConstraints::scopes_leave_all(Interaction interaction, std::string_view type) const {
    return !granular_ || std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
        return std::ranges::any_of(rules_, [&](Rule const& rule) {
            return !rule.query && allows(rule.scope, part, type);
        });
    });
}

bool ResourceConstraints::leave_all(Interaction interaction, std::string_view type,
                                    CompartmentId const& compartment) const {
    return rules_leave_all(interaction, type) && grant_all(interaction, type, compartment);
}

bool ResourceConstraints::rules_leave_all(Interaction interaction, std::string_view type) const {
    return record_rules_ == nullptr ||
           std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
               return record_rules_->leave_all(part, type);
           });
}

bool ResourceConstraints::grant_all(Interaction interaction, std::string_view type,
                                    CompartmentId const& compartment) const {
    return !granular_ || std::ranges::all_of(parts_of(interaction), [&](Interaction part) {
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

Result<Rows> ResourceConstraints::retain(Interaction interaction, fhir::EntryTable const& table,
                                         CompartmentId const& compartment, bool care,
                                         std::string_view map, Rows& rows) const {
    SALUS_TRY_VOID(retain_granted(interaction, table, compartment, rows));
    return retain_by_label(interaction, table, compartment, care, map, rows);
}

// Which rows carry a label is asked as a search for it is: there is one way to compare. Rows with
// the same labels share an answer.
Result<Rows> ResourceConstraints::retain_by_label(Interaction interaction,
                                                  fhir::EntryTable const& table,
                                                  CompartmentId const& compartment, bool care,
                                                  std::string_view map, Rows& rows) const {
    if (rows.empty() || rules_leave_all(interaction, table.type().name.text())) return Rows();
    fhir::NoLinks links;
    CarriedOfRows carried;
    auto const& labels = record_rules_->labels();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        auto const query = constraint_query(table.type(), "_security=" + labels[i]);
        if (!query) return fail(Errc::internal, "a label of the policy cannot be searched by");
        auto labelled = rows;
        SALUS_TRY_VOID(query->retain(table, labelled, links));
        for (auto const row : labelled) carried[row] |= CarriedLabels{1} << i;
    }
    auto unknown = labels.empty() ? Rows() : add_implied(labels, map, table, rows, carried);
    SALUS_TRY(auto const authored, authored_rows(table, rows));
    std::map<std::pair<CarriedLabels, bool>, Left> answers;
    Rows kept;
    Rows placed;  // of which it counts where they belong
    for (auto const row : rows) {
        if (std::ranges::binary_search(unknown, row)) {
            kept.push_back(row);
            continue;
        }
        auto const found = carried.find(row);
        RecordCircumstances const record{
            .carried = found == carried.end() ? CarriedLabels{0} : found->second,
            .care = care,
            .authored = std::ranges::binary_search(authored, row)};
        auto const [answer, is_new] = answers.try_emplace({record.carried, record.authored});
        if (is_new) {
            answer->second =
                left_unplaced(interaction, table.type().name.text(), compartment, record);
        }
        if (answer->second != Left::no) kept.push_back(row);
        if (answer->second == Left::unknown) placed.push_back(row);
    }
    rows = std::move(kept);
    Rows both;
    std::ranges::set_union(unknown, placed, std::back_inserter(both));
    return both;
}

Left ResourceConstraints::left_unplaced(Interaction interaction, std::string_view type,
                                        CompartmentId const& compartment,
                                        RecordCircumstances const& record) const {
    bool counts = false;
    for (auto const part : parts_of(interaction)) {
        bool const here = record_rules_->ask_for_places(part, type, compartment, record);
        if (!here && !record_rules_->leave(part, type, compartment, record)) return Left::no;
        counts = counts || here;
    }
    return counts ? Left::unknown : Left::yes;
}

// Rows of what the caller wrote, in order, as far as their type can be searched by it.
Result<Rows> ResourceConstraints::authored_rows(fhir::EntryTable const& table,
                                                Rows const& rows) const {
    Rows authored;
    auto const author = std::string(this->author());
    if (author.empty()) return authored;
    fhir::NoLinks links;
    for (auto const element : kAuthorElements) {
        auto const* parameter = fhir::find_search_parameter(table.type(), element);
        if (parameter == nullptr || parameter->type != fhir::ParameterType::reference) continue;
        std::vector<fhir::SearchQuery::Parameter> const wanted{{std::string(element), author}};
        SALUS_TRY(auto const query, fhir::SearchQuery::parse(table.type(), wanted, WallTime{}));
        auto some = rows;
        SALUS_TRY_VOID(query.retain(table, some, links));
        Rows both;
        std::ranges::set_union(authored, some, std::back_inserter(both));
        authored = std::move(both);
    }
    return authored;
}

RecordCircumstances ResourceConstraints::circumstances_of(Found const& found) const {
    RecordCircumstances record{
        .care = found.care, .authored = found.authored, .locations = found.locations};
    auto const& known = record_rules_->labels();
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (std::ranges::find(found.labels, known[i]) != found.labels.end())
            record.carried |= CarriedLabels{1} << i;
    }
    return record;
}

bool ResourceConstraints::ask_for_places(Interaction interaction, std::string_view type,
                                         CompartmentId const& compartment,
                                         Found const& found) const {
    if (rules_leave_all(interaction, type)) return false;
    auto const record = circumstances_of(found);
    return std::ranges::any_of(parts_of(interaction), [&](Interaction part) {
        return record_rules_->ask_for_places(part, type, compartment, record);
    });
}

std::optional<Duties> ResourceConstraints::leave_found(Interaction interaction,
                                                       std::string_view type,
                                                       CompartmentId const& compartment,
                                                       Found const& found) const {
    Duties duties;
    if (rules_leave_all(interaction, type)) return duties;
    auto const record = circumstances_of(found);
    for (auto const part : parts_of(interaction)) {
        auto const left = record_rules_->leave(part, type, compartment, record);
        if (!left) return left;
        duties.add(*left);
    }
    return duties;
}

Result<void> ResourceConstraints::retain_granted(Interaction interaction,
                                                 fhir::EntryTable const& table,
                                                 CompartmentId const& compartment,
                                                 Rows& rows) const {
    auto const type = table.type().name.text();
    if (grant_all(interaction, type, compartment)) return {};
    fhir::NoLinks links;
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

Result<Left> ResourceConstraints::leave(Interaction interaction, fhir::EntryView const& entry,
                                        CompartmentId const& compartment, bool care,
                                        std::string_view map) const {
    if (leave_all(interaction, entry.type(), compartment)) return Left::yes;
    return judged_as_table(entry, [&](fhir::EntryTable const& table, Rows& rows) -> Result<Left> {
        SALUS_TRY(auto const unknown, retain(interaction, table, compartment, care, map, rows));
        if (!unknown.empty()) return Left::unknown;
        return rows.empty() ? Left::no : Left::yes;
    });
}

Result<bool> ResourceConstraints::grant(Interaction interaction, fhir::EntryView const& entry,
                                        CompartmentId const& compartment) const {
    if (grant_all(interaction, entry.type(), compartment)) return true;
    return judged_as_table(entry, [&](fhir::EntryTable const& table, Rows& rows) -> Result<bool> {
        SALUS_TRY_VOID(retain_granted(interaction, table, compartment, rows));
        return !rows.empty();
    });
}

}  // namespace salus::request
