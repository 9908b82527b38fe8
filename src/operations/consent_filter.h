// What patients' consents leave of their records to one request (AZ-5; 45 CFR 164.506(b), 164.508,
// 164.522(a)): asked by PermittedRecords of everything that it hands out or seals, so that what a
// consent withholds is not there for reads, versions, histories, searches, includes and exports.
// Consents are read when they are asked, each time: what is withdrawn has effect on the next
// request, and on the next page of a search. Belongs to one request. Borrows.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "consent/consent_rules.h"
#include "json/document.h"
#include "records/records.h"
#include "request/caller.h"
#include "request/permit.h"

namespace salus::operations {

class ConsentFilter {
public:
    // `settings`: nullptr where the tenant does not enforce consents.
    ConsentFilter(records::Records& records, json::Parser& parser, request::Permit const& permit,
                  consent::ConsentSettings const* settings, WallTime now);
    // For a caller who has no permit yet. Their facts are read here and not kept.
    ConsentFilter(records::Records& records, json::Parser& parser,
                  request::CallerFacts const& caller, consent::Actions actions,
                  consent::ConsentSettings const* settings, WallTime now);

    // When the request began.
    [[nodiscard]] WallTime now() const noexcept { return now_; }
    // Of the resources of a type in a compartment ("": of any): all, nothing, or some
    // (permit_with_filter). What stands in no patient's compartment is left, and so are the
    // consents themselves: who may read and change them is the policy's to say.
    [[nodiscard]] Result<consent::Outcome> of(CompartmentId const& compartment,
                                              std::string_view type);
    // Which of these labels the patient's consents open to the caller (consent/released_labels.h).
    [[nodiscard]] Result<std::vector<std::string>> released(CompartmentId const& compartment,
                                                            std::span<std::string const> labels);
    // One resource of a compartment, as it stands or would stand.
    [[nodiscard]] Result<bool> leaves(CompartmentId const& compartment, std::string_view type,
                                      EphiText const& resource);
    // One that is new there: it is left, or the tenant lets those who treat the patient add to the
    // record whatever the consents say (ConsentSettings::treating_may_add): for treatment, by a
    // practitioner of whom the record tells that they take part in the care (recorded_care.h).
    [[nodiscard]] Result<bool> admits(CompartmentId const& compartment, std::string_view type,
                                      EphiText const& resource);
    // Whether what stands at an address now is left. False: nothing does.
    [[nodiscard]] Result<bool> leaves(CompartmentId const& compartment, std::string_view type,
                                      std::string_view id);

private:
    // Who asks, as far as consents are about them.
    struct Asker {
        request::PurposeOfUse purpose = request::PurposeOfUse::treatment;
        bool break_glass = false;            // in an emergency that they declared
        std::string practitioner{};          // "Practitioner/[id]"; empty: nobody who is one
        std::optional<CompartmentId> own{};  // of a patient who asks for their own record
    };
    [[nodiscard]] static Asker asker_of(request::CallerFacts const& caller, WallTime now);
    [[nodiscard]] Result<consent::ConsentDecision const*> decision(
        CompartmentId const& compartment);
    [[nodiscard]] Result<consent::ConsentRules> rules_of(CompartmentId const& compartment);

    records::Records& records_;
    json::Parser& parser_;
    Asker asker_;
    consent::ConsentSettings const* settings_;
    consent::Actions actions_;
    WallTime now_;
    std::map<CompartmentId, consent::ConsentDecision> decisions_;
};

}  // namespace salus::operations
