// Intent: what is asked, read off the request and nothing else. Only operations::Classifier can
// make one. It holds names of types, parameters and elements (never ePHI) and ids and queries
// (ePHI).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/date_time.h"
#include "fhir/fhirpath_patch.h"
#include "fhir/json_patch.h"
#include "fhir/resource.h"
#include "fhir/search.h"
#include "fhir/search_order.h"
#include "foundation/ephi.h"
#include "foundation/strong_id.h"
#include "request/audit_query.h"
#include "request/interaction.h"

namespace salus::operations {
class Classifier;
}

namespace salus::request {

// https://hl7.org/fhir/R4/search.html#summary: of each element whether it is marked as a summary
// (`true`); id, meta, text and what is mandatory (`text`); all but the narrative (`data`).
enum class SummaryForm : std::uint8_t { none, summary, text, data };

// Elements that the caller wants back (MIN-1). Empty: all that the policy allows.
struct RequestedElements {
    std::vector<std::string> names;  // top-level elements, `_elements` and its alias `fields`
    SummaryForm summary = SummaryForm::none;
};

// What a write shall answer with (Prefer, http.html#ops).
enum class Preference : std::uint8_t { representation, minimal, operation_outcome };

struct IntentFacts {
    Interaction interaction = Interaction::capabilities;
    TenantName tenant;
    std::string type;                       // resource type; empty for system interactions
    EphiText id;                            // logical id; empty when there is none
    std::uint64_t version = 0;              // vread; history: versions below this one
    std::size_t count = 0;                  // history: entries on a page; 0: the default
    std::optional<std::uint64_t> if_match;  // RFC 9110 section 13.1.1, W/"n"
    // Read: answered 304 when one of these is the current version; nothing stands for any.
    std::vector<std::optional<std::uint64_t>> if_none_match;
    std::optional<CompartmentId> compartment;  // where the request stays, if it stays in one
    bool patient_compartment = false;          // that compartment is a patient's
    std::optional<fhir::SearchQuery> query;    // search
    EphiText patient;     // search inside this patient's compartment, named by the path
    EphiText query_text;  // what is applied: for the self link and the cursor
    // Search: continue behind this place in the order of the matches.
    std::optional<fhir::SearchPlace> after;
    bool parameters_ignored = false;  // search: lenient handling left some out
    RequestedElements elements;
    std::optional<fhir::ResourceView> resource;  // to be created or updated; looks into `body`
    std::shared_ptr<fhir::Resource const> body;  // shared by the entries of a bundle
    std::shared_ptr<IssueList const> issues;     // $validate: what was found
    Preference preference = Preference::representation;
    bool pretty = false;   // _pretty: laid out for people
    std::string full_url;  // of a bundle entry, "urn:uuid:..."

    // Conditional interactions (http.html#ccreate, #cond-update, #cdelete): a search that says
    // which resource is meant, or whether one is to be made. It is decided as a search is.
    std::shared_ptr<IntentFacts const> condition;
    EphiText criterion;                         // the condition in its one spelling
    std::optional<WallTime> if_modified_since;  // read: answered 304 when it was not
    bool if_none_exists = false;                // If-None-Match: * on an update

    // patch: one of the two
    std::shared_ptr<fhir::JsonPatch const> patch;
    std::shared_ptr<fhir::FhirPathPatch const> fhirpath_patch;
    EphiText position;                    // history, $everything: continue behind this
    std::optional<WallTime> since;        // history, $everything
    std::optional<fhir::TimeRange> at;    // history: current in this time
    std::optional<fhir::TimeRange> care;  // $everything: start and end
    std::vector<std::string> types;       // $everything: _type
    AuditQuery audit;                     // views of the audit log
    // Of a transaction: a search that a conditional reference stands for, by its text.
    EphiText reference;
};

class Intent {
public:
    [[nodiscard]] IntentFacts const& facts() const noexcept { return *facts_; }
    // The entries of a bundle, in order, and behind a transaction's entries the searches of its
    // conditional references; each is decided by itself.
    [[nodiscard]] std::vector<Intent> const& entries() const noexcept { return entries_; }
    // REQUIRES of one that was moved from: nobody looks at it.
    Intent(Intent&&) noexcept = default;
    Intent& operator=(Intent&&) noexcept = default;

private:
    friend class operations::Classifier;
    explicit Intent(IntentFacts facts)
        : facts_(std::make_unique<IntentFacts const>(std::move(facts))) {}
    // Large, and handed on from step to step.
    std::unique_ptr<IntentFacts const> facts_;
    std::vector<Intent> entries_;
};

}  // namespace salus::request
