// ResourceConstraints: what the granular scopes of a caller (AZ-6, SC1, SC5) and the policy, by
// security labels, leave of the stored resources. Every Permit has them, of its own Caller. What
// was permitted is permitted for those resources only that one of the scopes which permit it lets
// through: several scopes are a union, and what has parts (a patch is a read and an update) needs
// each of them.
//
// Without a granular scope, and without a rule that depends on labels, all is left. A scope whose
// constraint cannot be evaluated leaves nothing (SC4). A scope in patient context is about that
// patient's compartment; about resources that stand in none only where the intent itself asks for
// their type in the patient's name.
//
// Security labels are those of meta.security and those that codes imply (fhir/implied_labels.h). An
// index entry that was made without the map that counts, or by another one, does not tell the
// latter; and none tells where a record belongs, which counts where rules say so. Whether the
// record is left is then unknown until it is opened, and nothing may be counted or shown before.
//
// Thread safety: immutable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/entry_table.h"
#include "fhir/index_entry.h"
#include "fhir/search.h"
#include "request/caller.h"
#include "request/intent.h"
#include "request/record_rules.h"

namespace salus::request {

// Whether a record is left, as an index tells.
enum class Left : std::uint8_t { no, yes, unknown };

class ResourceConstraints {
public:
    using Rows = std::vector<fhir::EntryTable::Row>;

    ResourceConstraints(CallerFacts const& caller, IntentFacts const& intent);

    // Scopes that may not be used leave nothing.
    void keep_usable(std::function<bool(Scope const&)> const& is_usable);

    // The policy depends on what records carry. What scopes leave, these must leave too.
    void add(std::shared_ptr<RecordRules const> rules, CallerFacts const& caller,
             IntentFacts const& intent);

    // Whether some scope is granular, or the policy depends on labels.
    [[nodiscard]] bool any() const noexcept { return granular_ || record_rules_ != nullptr; }
    [[nodiscard]] bool granular() const noexcept { return granular_; }
    // Whether whatever stands there of this type is left for this.
    [[nodiscard]] bool leave_all(Interaction interaction, std::string_view type) const;
    [[nodiscard]] bool leave_all(Interaction interaction, std::string_view type,
                                 CompartmentId const& compartment) const;
    // Whether some resource of this type may not be left for this, wherever it stands.
    [[nodiscard]] bool hide_some(Interaction interaction, std::string_view type) const;
    // Whether this may be asked about resources of any compartment: by scopes in another context
    // than a patient's.
    [[nodiscard]] bool reach_beyond_patient(Interaction interaction, std::string_view type) const;

    // Keeps those rows of a table, whose resources stand in this compartment, that are left or of
    // which that is unknown; returns the latter, in order. `map`: digest of the map of codes to
    // labels that counts.
    [[nodiscard]] Result<Rows> retain(Interaction interaction, fhir::EntryTable const& table,
                                      CompartmentId const& compartment, bool care,
                                      std::string_view map, Rows& rows) const;
    // Whether the policy says of records of this type by their labels which are left.
    [[nodiscard]] bool depend_on_labels(Interaction interaction, std::string_view type) const {
        return record_rules_ != nullptr && !record_rules_->labels().empty() &&
               !rules_leave_all(interaction, type);
    }
    // What shows of one resource. Labels: codes of meta.security, and what the codes in it imply.
    struct Found {
        std::span<std::string const> labels{};
        bool care = false;
        bool authored = false;
        PlaceNames locations{};  // where it belongs, if ask_for_places()
    };
    // Whether the policy says of one that is so by where it belongs whether it is left.
    [[nodiscard]] bool ask_for_places(Interaction interaction, std::string_view type,
                                      CompartmentId const& compartment, Found const& found) const;
    // Whether the policy leaves one that is so. Nothing: no; else the duties that come with it,
    // beside those of its type.
    [[nodiscard]] std::optional<Duties> leave_found(Interaction interaction, std::string_view type,
                                                    CompartmentId const& compartment,
                                                    Found const& found) const;
    // Whether the policy asks who takes part in the care of a patient, which `care` then says: of
    // the caller and the patient of the compartment.
    [[nodiscard]] bool ask_for_care() const noexcept {
        return record_rules_ != nullptr && record_rules_->ask_for_care();
    }
    // Labels of which it matters whether a patient's consents open them to the caller; empty: none.
    [[nodiscard]] std::vector<std::string> labels_to_release() const {
        bool const any = record_rules_ != nullptr && record_rules_->ask_for_consents();
        return any ? record_rules_->labels() : std::vector<std::string>();
    }
    // RecordRules::release(). REQUIRES: labels_to_release() has some.
    void release(CompartmentId const& compartment, std::vector<std::string> const& labels) const {
        record_rules_->release(compartment, labels);
    }
    // RecordRules::author().
    [[nodiscard]] std::string_view author() const noexcept {
        return record_rules_ == nullptr ? std::string_view() : record_rules_->author();
    }
    // Whether one resource is, by its index entry. Errc::corrupt: of an unknown type, or damaged.
    [[nodiscard]] Result<Left> leave(Interaction interaction, fhir::EntryView const& entry,
                                     CompartmentId const& compartment, bool care,
                                     std::string_view map) const;
    // Whether scopes leave one resource, by its index entry. Errc::corrupt: as above.
    [[nodiscard]] Result<bool> grant(Interaction interaction, fhir::EntryView const& entry,
                                     CompartmentId const& compartment) const;

private:
    struct Rule {
        Scope scope;
        std::optional<fhir::SearchQuery> query;  // nothing: every resource
        std::optional<CompartmentId> within;     // of a scope in patient context
    };
    [[nodiscard]] bool applies(Rule const& rule, Interaction part, std::string_view type,
                               CompartmentId const& compartment) const;

    void read_scopes(CallerFacts const& caller, IntentFacts const& intent);
    [[nodiscard]] Result<void> retain_granted(Interaction interaction,
                                              fhir::EntryTable const& table,
                                              CompartmentId const& compartment, Rows& rows) const;
    [[nodiscard]] Result<Rows> retain_by_label(Interaction interaction,
                                               fhir::EntryTable const& table,
                                               CompartmentId const& compartment, bool care,
                                               std::string_view map, Rows& rows) const;
    [[nodiscard]] Result<Rows> authored_rows(fhir::EntryTable const& table, Rows const& rows) const;
    // By the policy, of which record_rules_ are. Unknown: it counts where the record belongs.
    [[nodiscard]] Left left_unplaced(Interaction interaction, std::string_view type,
                                     CompartmentId const& compartment,
                                     RecordCircumstances const& record) const;
    [[nodiscard]] RecordCircumstances circumstances_of(Found const& found) const;
    [[nodiscard]] bool rules_leave_all(Interaction interaction, std::string_view type) const;
    [[nodiscard]] bool scopes_leave_all(Interaction interaction, std::string_view type) const;
    [[nodiscard]] bool grant_all(Interaction interaction, std::string_view type,
                                 CompartmentId const& compartment) const;

    bool granular_ = false;
    std::shared_ptr<RecordRules const> record_rules_;  // nullptr: the policy depends on no label
    std::string patients_shared_type_;                 // empty: none
    std::vector<Rule> rules_;
};

}  // namespace salus::request
