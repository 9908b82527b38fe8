// https://hl7.org/fhir/R4/http.html#capabilities
#include "operations/capabilities.h"

#include "fhir/capability_statement.h"
#include "operations/answers.h"

namespace salus::operations {

request::Prepared capabilities(Context const& context) {
    fhir::Capabilities all;
    all.base_url = context.tenant.fhir_base();
    all.software_version = SALUS_VERSION;
    all.date = context.clock.now();
    all.security.token_url = context.tenant.token_endpoint();
    for (auto const& type : fhir::resource_types()) {
        using fhir::Interaction;
        fhir::ResourceCapability capability;
        capability.type = &type;
        capability.interactions = {Interaction::read,       Interaction::vread,
                                   Interaction::update,     Interaction::erase,
                                   Interaction::create,     Interaction::history_instance,
                                   Interaction::search_type};
        capability.update_creates = true;
        capability.operations.push_back(
            {"validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"});
        all.resources.push_back(std::move(capability));
    }
    all.system_interactions = {fhir::SystemInteraction::transaction};
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    prepared.content = request::PlainContent{fhir::capability_statement(all)};
    return prepared;
}

}  // namespace salus::operations
