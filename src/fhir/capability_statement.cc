#include "fhir/capability_statement.h"

#include <algorithm>

#include "fhir/parameter_type_code.h"
#include "json/writer.h"

namespace salus::fhir {
namespace {

std::string_view code_of(Interaction interaction) {
    switch (interaction) {
        case Interaction::read: return "read";
        case Interaction::vread: return "vread";
        case Interaction::update: return "update";
        case Interaction::patch: return "patch";
        case Interaction::erase: return "delete";
        case Interaction::history_instance: return "history-instance";
        case Interaction::history_type: return "history-type";
        case Interaction::create: return "create";
        case Interaction::search_type: return "search-type";
    }
    return "read";
}

std::string_view code_of(SystemInteraction interaction) {
    switch (interaction) {
        case SystemInteraction::transaction: return "transaction";
        case SystemInteraction::batch: return "batch";
        case SystemInteraction::search_system: return "search-system";
        case SystemInteraction::history_system: return "history-system";
    }
    return "transaction";
}

bool has(std::vector<Interaction> const& interactions, Interaction wanted) {
    return std::ranges::find(interactions, wanted) != interactions.end();
}

template <class Code>
void write_interactions(json::Writer& writer, std::vector<Code> const& interactions) {
    if (interactions.empty()) return;
    writer.key("interaction").begin_array();
    for (auto const each : interactions)
        writer.begin_object().key("code").string(code_of(each)).end_object();
    writer.end_array();
}

void write_parameter(json::Writer& writer, std::string_view name, ParameterType type) {
    writer.begin_object().key("name").string(name).key("type").string(code_of(type)).end_object();
}

// A package's parameter is known by its definition's address alone.
void write_loaded(json::Writer& writer, Type const& type, LoadedParameters const* loaded) {
    for (auto const& parameter : TypeParameters(type, loaded).loaded()) {
        writer.begin_object().key("name").string(parameter.name.text());
        writer.key("definition").string(loaded->url(parameter));
        writer.key("type").string(code_of(parameter.type)).end_object();
    }
}

void write_parameters(json::Writer& writer, Type const& type, LoadedParameters const* loaded) {
    writer.key("searchParam").begin_array();
    write_parameter(writer, "_id", ParameterType::token);
    write_parameter(writer, "_lastUpdated", ParameterType::date);
    for (auto const& parameter : type.search_parameters) {
        if (parameter.offered()) write_parameter(writer, parameter.name.text(), parameter.type);
    }
    write_loaded(writer, type, loaded);
    writer.end_array();
}

void write_chosen_parameters(json::Writer& writer, ResourceCapability const& resource) {
    if (!has(resource.interactions, Interaction::search_type)) return;
    writer.key("searchParam").begin_array();
    for (auto const& parameter : resource.type->search_parameters) {
        if (std::ranges::find(resource.search_parameters, parameter.name) !=
            resource.search_parameters.end())
            write_parameter(writer, parameter.name.text(), parameter.type);
    }
    writer.end_array();
}

// Of what may be included the type's own references, and of what refers to it the provenance: a
// list of all others would be longer than everything else together.
void write_includes(json::Writer& writer, Type const& type, LoadedParameters const* loaded) {
    bool any = false;
    TypeParameters const parameters(type, loaded);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto const& parameter = parameters.at(i);
        if (parameter.type != ParameterType::reference || !parameter.offered()) continue;
        if (!any) writer.key("searchInclude").begin_array();
        any = true;
        writer.string(std::string(type.name.text()) + ":" + std::string(parameter.name.text()));
    }
    if (any) writer.end_array();
    writer.key("searchRevInclude").begin_array().string("Provenance:target").end_array();
}

void write_operations(json::Writer& writer, std::vector<Operation> const& operations) {
    if (operations.empty()) return;
    writer.key("operation").begin_array();
    for (auto const& operation : operations) {
        writer.begin_object().key("name").string(operation.name.text());
        writer.key("definition").string(operation.definition).end_object();
    }
    writer.end_array();
}

void write_resource(json::Writer& writer, ResourceCapability const& resource,
                    LoadedParameters const* loaded) {
    auto const& interactions = resource.interactions;
    writer.begin_object().key("type").string(resource.type->name.text());
    write_interactions(writer, interactions);
    writer.key("versioning")
        .string(has(interactions, Interaction::update) ? "versioned-update" : "versioned");
    writer.key("readHistory").boolean(has(interactions, Interaction::vread));
    writer.key("updateCreate").boolean(resource.update_creates);
    writer.key("conditionalCreate").boolean(resource.conditional_create);
    if (resource.conditional_read) writer.key("conditionalRead").string("full-support");
    writer.key("conditionalUpdate").boolean(resource.conditional_update);
    writer.key("conditionalDelete")
        .string(resource.conditional_delete ? "single" : "not-supported");
    if (!resource.search_parameters.empty()) {
        write_chosen_parameters(writer, resource);
    } else if (has(interactions, Interaction::search_type)) {
        write_includes(writer, *resource.type, loaded);
        write_parameters(writer, *resource.type, loaded);
    }
    write_operations(writer, resource.operations);
    writer.end_object();
}

void write_oauth_uri(json::Writer& writer, std::string_view name, std::string_view address) {
    if (address.empty()) return;
    writer.begin_object().key("url").string(name).key("valueUri").string(address).end_object();
}

void write_security(json::Writer& writer, SecurityCapability const& security) {
    if (security.token_url.empty()) return;
    writer.key("security").begin_object();
    writer.key("cors").boolean(true);
    writer.key("extension").begin_array().begin_object();
    writer.key("url").string(
        "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
    writer.key("extension").begin_array();
    write_oauth_uri(writer, "authorize", security.authorize_url);
    write_oauth_uri(writer, "token", security.token_url);
    write_oauth_uri(writer, "introspect", security.introspect_url);
    write_oauth_uri(writer, "revoke", security.revoke_url);
    writer.end_array().end_object().end_array();
    writer.key("service").begin_array().begin_object().key("coding").begin_array().begin_object();
    writer.key("system").string("http://terminology.hl7.org/CodeSystem/restful-security-service");
    writer.key("code").string("SMART-on-FHIR").end_object().end_array();
    writer.end_object().end_array().end_object();
}

void write_rest(json::Writer& writer, Capabilities const& capabilities) {
    writer.key("rest").begin_array().begin_object().key("mode").string("server");
    write_security(writer, capabilities.security);
    if (!capabilities.resources.empty()) {
        writer.key("resource").begin_array();
        for (auto const& resource : capabilities.resources)
            write_resource(writer, resource, capabilities.loaded.get());
        writer.end_array();
    }
    write_interactions(writer, capabilities.system_interactions);
    writer.end_object().end_array();
}

}  // namespace

std::string capability_statement(Capabilities const& capabilities) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("resourceType").string("CapabilityStatement");
    writer.key("status").string("active");
    writer.key("date").string(to_instant(capabilities.date));
    writer.key("kind").string("instance");
    writer.key("software").begin_object().key("name").string("Salus");
    writer.key("version").string(capabilities.software_version).end_object();
    writer.key("implementation").begin_object();
    writer.key("description").string("Salus FHIR server");
    writer.key("url").string(capabilities.base_url).end_object();
    writer.key("fhirVersion").string("4.0.1");
    writer.key("format").begin_array().string("application/fhir+json").string("json").end_array();
    if (!capabilities.patch_formats.empty()) {
        writer.key("patchFormat").begin_array();
        for (auto const format : capabilities.patch_formats) writer.string(format.text());
        writer.end_array();
    }
    if (!capabilities.implementation_guides.empty()) {
        writer.key("implementationGuide").begin_array();
        for (auto const& guide : capabilities.implementation_guides) writer.string(guide);
        writer.end_array();
    }
    write_rest(writer, capabilities);
    writer.end_object();
    return out;
}

}  // namespace salus::fhir
