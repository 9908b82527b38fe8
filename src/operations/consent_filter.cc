#include "operations/consent_filter.h"

#include "fhir/resource.h"
#include "foundation/limits.h"
#include "operations/blind_tokens.h"
#include "operations/consent_actors.h"
#include "operations/recorded_care.h"
#include "operations/request_reader.h"
#include "request/emergency.h"

namespace salus::operations {
namespace {

using consent::Action;
using consent::Actions;
using consent::Outcome;
using request::Interaction;

// The answer to a write shows what was written.
Actions actions_of(Interaction interaction) {
    return request::is_write(interaction) ? Actions{Action::access, Action::collect}
                                          : Actions{Action::access};
}

}  // namespace

ConsentFilter::ConsentFilter(records::Records& records, json::Parser& parser,
                             request::Permit const& permit,
                             consent::ConsentSettings const* settings, WallTime now)
    : ConsentFilter(records, parser, permit.caller().facts(),
                    actions_of(permit.intent().interaction), settings, now) {}

ConsentFilter::ConsentFilter(records::Records& records, json::Parser& parser,
                             request::CallerFacts const& caller, Actions actions,
                             consent::ConsentSettings const* settings, WallTime now)
    : records_(records),
      parser_(parser),
      asker_(asker_of(caller, now)),
      settings_(settings),
      actions_(actions),
      now_(now) {}

ConsentFilter::Asker ConsentFilter::asker_of(request::CallerFacts const& caller, WallTime now) {
    // A token without a purpose is refused before.
    Asker asker{.purpose = caller.purpose.value_or(request::PurposeOfUse::treatment),
                .break_glass = request::in_emergency(caller, now),
                .practitioner = practitioner_of(caller)};
    if (caller.person && caller.person->is_patient) asker.own = caller.patient_compartment;
    return asker;
}

Result<consent::ConsentRules> ConsentFilter::rules_of(CompartmentId const& compartment) {
    auto const tokens = consent_tokens(records_.addressing(), compartment);
    auto const shared = records_.addressing().shared_compartment();
    std::vector<records::StoredDocument> documents;
    for (auto const& token : tokens) {
        SALUS_TRY(auto const entries, records_.find(token));
        // One that is passed over might deny.
        if (entries.size() >= limits::kCrossPatientMatches)
            return fail(Errc::too_large, "the patient has too many consents to evaluate");
        for (auto const& found : entries) {
            if (found.compartment != compartment && found.compartment != shared) continue;
            SALUS_TRY(auto const entry, fhir::EntryView::decode(bytes_of(found.entry)));
            SALUS_TRY(auto document,
                      records_.get(records::DocumentClass::resource, entry.type(), entry.id()));
            bool const live = document && document->state == store::VersionState::live;
            if (live) documents.push_back(*std::move(document));
        }
    }
    std::vector<fhir::Resource> resources;
    std::vector<fhir::ResourceView> views;
    std::vector<fhir::ResourceView> outside;
    std::size_t unreadable = 0;
    resources.reserve(documents.size());
    for (auto& document : documents) {
        auto& list = document.compartment == compartment ? views : outside;
        auto resource = fhir::Reader::index(std::move(document.text), parser_);
        if (resource) {
            resources.push_back(*std::move(resource));
            list.push_back(resources.back().view());
        } else {
            ++unreadable;
        }
    }
    return RequestReader::consent_rules(views, outside, *settings_, unreadable);
}

Result<consent::ConsentDecision const*> ConsentFilter::decision(CompartmentId const& compartment) {
    auto const known = decisions_.find(compartment);
    if (known != decisions_.end()) return &known->second;
    SALUS_TRY(auto const rules, rules_of(compartment));
    consent::RequestFacts facts;
    facts.purpose = asker_.purpose;
    facts.break_glass = asker_.break_glass;
    facts.actions = actions_;
    facts.now = now_;
    facts.own = asker_.own == compartment;
    if (!asker_.practitioner.empty()) facts.actors.push_back(asker_.practitioner);
    ConsentActors actors(records_, parser_, asker_.practitioner, now_);
    auto const named = rules.actors();
    SALUS_TRY(facts.memberships, actors.memberships(compartment, named));
    auto const made = decisions_.emplace(compartment, rules.decide(std::move(facts)));
    return &made.first->second;
}

Result<std::vector<std::string>> ConsentFilter::released(CompartmentId const& compartment,
                                                         std::span<std::string const> labels) {
    if (settings_ == nullptr || labels.empty() || !records_.is_patient(compartment))
        return std::vector<std::string>();
    SALUS_TRY(auto const* decided, decision(compartment));
    return decided->released(labels);
}

Result<Outcome> ConsentFilter::of(CompartmentId const& compartment, std::string_view type) {
    bool const governed = settings_ != nullptr && records_.is_patient(compartment);
    if (!governed || type == "Consent") return Outcome::permit;
    SALUS_TRY(auto const* decided, decision(compartment));
    return decided->outcome();
}

Result<bool> ConsentFilter::leaves(CompartmentId const& compartment, std::string_view type,
                                   EphiText const& resource) {
    SALUS_TRY(auto const outcome, of(compartment, type));
    if (outcome != Outcome::permit_with_filter) return outcome == Outcome::permit;
    SALUS_TRY(auto const read, fhir::Reader::index(resource.clone(), parser_));
    SALUS_TRY(auto const* decided, decision(compartment));
    return decided->judge(RequestReader::consent_facts(read.view())).permitted;
}

Result<bool> ConsentFilter::admits(CompartmentId const& compartment, std::string_view type,
                                   EphiText const& resource) {
    SALUS_TRY(bool const left, leaves(compartment, type, resource));
    if (left || !settings_->treating_may_add) return left;
    bool const treats = asker_.purpose == request::PurposeOfUse::treatment ||
                        asker_.purpose == request::PurposeOfUse::emergency;
    if (!treats || asker_.practitioner.empty()) return false;
    return RecordedCare(records_, parser_, now_).hold(asker_.practitioner, compartment);
}

Result<bool> ConsentFilter::leaves(CompartmentId const& compartment, std::string_view type,
                                   std::string_view id) {
    SALUS_TRY(auto const outcome, of(compartment, type));
    if (outcome != Outcome::permit_with_filter) return outcome == Outcome::permit;
    SALUS_TRY(auto const document, records_.get(records::DocumentClass::resource, type, id));
    if (!document || document->state != store::VersionState::live) return false;
    return leaves(compartment, type, document->text);
}

}  // namespace salus::operations
