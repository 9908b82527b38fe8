// Classification: what a request asks for, from its method, target, headers and body. Every route
// of the server is in this room's classifier.cc and nowhere else; what is not there does not exist
// (AZ-1). What a body says is read in classifier_body.cc and classifier_bundle.cc. The only maker
// of Intents. Belongs to one thread.
#pragma once

#include "fhir/bundle.h"
#include "foundation/clock.h"
#include "json/document.h"
#include "operations/cursor.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/form.h"
#include "request/intent.h"

namespace salus::operations {

class Classifier {
public:
    Classifier(request::Tenant const& tenant, records::Records& records, json::Parser& parser,
               Clock const& clock)
        : tenant_(tenant), records_(records), parser_(parser), clock_(clock) {}

    // Takes the body out of the request where it is a resource. What is learned on the way goes
    // into exchange.facts, so that a refusal is recorded with it. Errc::not_found: no such route;
    // Errc::method_not_allowed; Errc::invalid, Errc::unsupported_media_type, Errc::not_acceptable,
    // Errc::too_large: the request is wrong.
    [[nodiscard]] Result<request::Intent> classify(request::Exchange& exchange);
    // What the address of this request offers, for `Allow` (RFC 9110 section 10.2.1): methods
    // separated by ", ". The body does not matter. REQUIRES: a caller, who may be anonymous.
    [[nodiscard]] std::string allowed_methods(request::Exchange const& exchange);

private:
    using Segments = std::span<std::string const>;

    [[nodiscard]] Result<request::IntentFacts> route(request::Exchange& exchange, Segments segments,
                                                     std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_fhir(request::Exchange& exchange,
                                                          Segments segments,
                                                          std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_type(request::Exchange& exchange,
                                                          std::string const& type,
                                                          std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_instance(request::Exchange& exchange,
                                                              Segments segments,
                                                              std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_history(request::Exchange& exchange,
                                                             Segments segments,
                                                             std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_compartment(request::Exchange& exchange,
                                                                 Segments segments,
                                                                 std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_validate(request::Exchange& exchange,
                                                              Segments segments,
                                                              std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_operation(request::Exchange& exchange,
                                                               Segments segments,
                                                               std::string_view query);
    [[nodiscard]] static Result<request::IntentFacts> shaped(request::IntentFacts facts,
                                                             std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> paged(request::Exchange& exchange,
                                                     request::IntentFacts facts, Literal kind,
                                                     std::string_view query);
    // What a conditional interaction goes by: judged as a search (Errc::invalid for what no
    // condition may have).
    [[nodiscard]] Result<void> set_condition(request::Exchange& exchange,
                                             request::IntentFacts& facts, std::string_view query);
    // The headers, and the condition of a create.
    [[nodiscard]] Result<void> complete(request::Exchange& exchange, request::IntentFacts& facts);
    [[nodiscard]] Result<request::IntentFacts> search(request::Exchange& exchange,
                                                      std::string const& type,
                                                      std::string const& patient,
                                                      std::string_view query);
    // POST: the parameters of the address and those of the form together.
    [[nodiscard]] Result<request::IntentFacts> search_by_form(request::Exchange& exchange,
                                                              std::string const& type,
                                                              std::string const& patient,
                                                              std::string_view query);
    [[nodiscard]] Result<Cursor> open_cursor(request::Exchange& exchange, std::string const& type,
                                             std::string_view text);
    [[nodiscard]] Result<void> read_body(request::Exchange& exchange, request::IntentFacts& facts);
    [[nodiscard]] Result<void> read_resource(request::Exchange& exchange,
                                             request::IntentFacts& facts);
    [[nodiscard]] Result<void> read_patch(request::Exchange& exchange, request::IntentFacts& facts);
    [[nodiscard]] Result<void> read_operation_body(request::Exchange& exchange,
                                                   request::IntentFacts& facts);
    [[nodiscard]] Result<void> read_bundle(request::Exchange& exchange,
                                           request::IntentFacts& facts);
    // A batch: its entries become requests of their own.
    [[nodiscard]] Result<void> split_batch(request::Exchange& exchange, json::Value bundle);
    // A transaction: its entries are decided together, its reads answered behind the writes.
    [[nodiscard]] Result<std::vector<request::Intent>> entries_of(
        request::Exchange& exchange, request::IntentFacts const& bundle);
    [[nodiscard]] Result<request::Intent> entry_of(request::Exchange& exchange,
                                                   request::IntentFacts const& bundle,
                                                   fhir::BundleEntry& entry, std::size_t position);
    [[nodiscard]] Result<void> take_entry_resource(request::IntentFacts& facts,
                                                   fhir::BundleEntry& entry);
    [[nodiscard]] Result<void> add_conditional_references(request::Exchange& exchange,
                                                          request::IntentFacts const& bundle,
                                                          std::vector<request::Intent>& intents);
    // Views of the audit log (classify_audit.cc).
    [[nodiscard]] Result<request::IntentFacts> route_audit_event(request::Exchange& exchange,
                                                                 Segments segments,
                                                                 std::string_view query);
    [[nodiscard]] Result<request::IntentFacts> route_patient_report(request::Exchange& exchange,
                                                                    Segments segments,
                                                                    std::string_view query);
    [[nodiscard]] static Result<request::IntentFacts> route_audit_log(request::Exchange& exchange,
                                                                      Segments segments,
                                                                      std::string_view query);
    // The compartment of what is asked, where a patient-context token makes it matter.
    [[nodiscard]] Result<void> locate(request::Exchange& exchange, request::IntentFacts& facts);

    // What is in force now.
    [[nodiscard]] std::shared_ptr<fhir::ProfileSet const> profiles() const;

    request::Tenant const& tenant_;
    records::Records& records_;
    json::Parser& parser_;
    Clock const& clock_;
};

}  // namespace salus::operations
