// https://hl7.org/fhir/R4/http.html#capabilities
#include "operations/capabilities.h"

#include <algorithm>

#include "fhir/capability_statement.h"
#include "operations/answers.h"
#include "operations/audit_parameters.h"
#include "operations/offers.h"
#include "operations/operation_definitions.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using request::Interaction;

std::optional<fhir::Interaction> interaction_of(Interaction interaction) {
    switch (interaction) {
        case Interaction::audit_event:
        case Interaction::read: return fhir::Interaction::read;
        case Interaction::vread: return fhir::Interaction::vread;
        case Interaction::update: return fhir::Interaction::update;
        case Interaction::patch: return fhir::Interaction::patch;
        case Interaction::remove: return fhir::Interaction::erase;
        case Interaction::history_instance: return fhir::Interaction::history_instance;
        case Interaction::history_type: return fhir::Interaction::history_type;
        case Interaction::create: return fhir::Interaction::create;
        case Interaction::audit_search:
        case Interaction::search_type: return fhir::Interaction::search_type;
        default: return std::nullopt;  // operations, and interactions of the system
    }
}

// What FHIR does not define, this server does, below `base`.
std::optional<fhir::Operation> operation_of(Interaction interaction, std::string_view type,
                                            std::string const& base) {
    using fhir::Operation;
    auto const defined_here = definition_id_of(interaction);
    if (!defined_here.empty() && type == "Patient") {
        return Operation{request::name_of(interaction), definition_address(base, defined_here)};
    }
    if (interaction == Interaction::meta)
        return Operation{"meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta"};
    if (interaction == Interaction::meta_add)
        return Operation{"meta-add", "http://hl7.org/fhir/OperationDefinition/Resource-meta-add"};
    if (interaction == Interaction::meta_delete)
        return Operation{"meta-delete",
                         "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete"};
    if (interaction == Interaction::validate)
        return Operation{"validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"};
    if (interaction == Interaction::everything && type == "Patient")
        return Operation{"everything",
                         "http://hl7.org/fhir/OperationDefinition/Patient-everything"};
    return std::nullopt;
}

bool has(fhir::ResourceCapability const& capability, fhir::Interaction interaction) {
    return std::ranges::find(capability.interactions, interaction) != capability.interactions.end();
}

bool has(fhir::ResourceCapability const& capability, fhir::Operation const& operation) {
    return std::ranges::find(capability.operations, operation.name, &fhir::Operation::name) !=
           capability.operations.end();
}

fhir::ResourceCapability capability_of(fhir::Type const& type, request::CallerFacts const& caller,
                                       std::string const& base) {
    fhir::ResourceCapability capability;
    capability.type = &type;
    auto const name = type.name.text();
    for (auto const& offer : offers()) {
        if (!offered_to(caller, offer.interaction, name)) continue;
        auto const interaction = interaction_of(offer.interaction);
        if (interaction && !has(capability, *interaction))
            capability.interactions.push_back(*interaction);
        auto const operation = operation_of(offer.interaction, name, base);
        if (operation && !has(capability, *operation)) capability.operations.push_back(*operation);
    }
    if (name == "AuditEvent") {
        capability.search_parameters = kAuditSearchParameters;
        return capability;
    }
    bool const searches = has(capability, fhir::Interaction::search_type);
    capability.update_creates = has(capability, fhir::Interaction::update);
    capability.conditional_create = searches && has(capability, fhir::Interaction::create);
    capability.conditional_read = has(capability, fhir::Interaction::read);
    capability.conditional_update = searches && has(capability, fhir::Interaction::update);
    capability.conditional_delete = searches && has(capability, fhir::Interaction::erase);
    return capability;
}

}  // namespace

request::Prepared capabilities(Context const& context, request::Permit const& permit) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    if (auto const id = RequestReader::id(permit.intent().id); !id.empty()) {
        prepared.content =
            request::PlainContent{operation_definition(context.tenant.fhir_base(), id)};
        return prepared;
    }
    auto const& caller = permit.caller().facts();
    fhir::Capabilities all;
    all.base_url = context.tenant.fhir_base();
    all.software_version = SALUS_VERSION;
    all.date = context.clock.now();
    all.loaded = context.loaded_parameters();
    auto const authorization_server = context.tenant.issuer() + "/oauth/";
    all.security = {.authorize_url = authorization_server + "authorize",
                    .token_url = context.tenant.token_endpoint(),
                    .introspect_url = authorization_server + "introspect",
                    .revoke_url = authorization_server + "revoke"};
    all.patch_formats = {"application/json-patch+json", "application/fhir+json"};
    for (auto const& type : fhir::resource_types()) {
        auto capability = capability_of(type, caller, all.base_url);
        bool const any = !capability.interactions.empty() || !capability.operations.empty();
        if (any) all.resources.push_back(std::move(capability));
    }
    all.system_interactions = {fhir::SystemInteraction::transaction,
                               fhir::SystemInteraction::batch};
    if (offered_to(caller, Interaction::history_system, {}))
        all.system_interactions.push_back(fhir::SystemInteraction::history_system);
    prepared.content = request::PlainContent{fhir::capability_statement(all)};
    return prepared;
}

}  // namespace salus::operations
