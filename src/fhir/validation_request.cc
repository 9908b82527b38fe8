#include "fhir/validation_request.h"

#include "foundation/limits.h"
#include "foundation/secret.h"

namespace salus::fhir {
namespace {

// Parameters that carry a resource to be validated, rather than being it.
bool is_wrapper(json::Value root, std::string_view type) {
    auto const parameters = root.member("parameter");
    if (!root.member("resourceType") || !root.member("resourceType")->is_text("Parameters"))
        return false;
    if (type != "Parameters") return true;
    if (!parameters || !parameters->is_array()) return false;
    for (auto const each : parameters->elements()) {
        auto const name = each.member("name");
        if (name && name->is_text("resource")) return true;
    }
    return false;
}

Result<void> read_parameter(json::Value parameter, ValidationRequest& request) {
    auto const name = parameter.text_member("name").value_or("");
    if (name == "resource") {
        auto const resource = parameter.member("resource");
        if (!resource || request.resource)
            return fail(Errc::invalid, "the parameter resource holds one resource");
        request.resource.emplace(std::string(resource->raw()));
        return {};
    }
    if (name == "mode") {
        SALUS_TRY(request.mode, validation_mode(parameter.text_member("valueCode").value_or("")));
        return {};
    }
    if (name == "profile") {
        auto url = parameter.text_member("valueUri");
        if (!url) url = parameter.text_member("valueCanonical");
        if (!url || request.profiles.size() >= limits::kDemandedProfiles)
            return fail(Errc::invalid, "the parameter profile holds one URL");
        request.profiles.push_back(*std::move(url));
        return {};
    }
    return fail(Errc::invalid, "$validate takes resource, mode and profile");
}

Issue error_at(Literal code, Literal text) {
    return {IssueSeverity::error, code, text, {}, {}};
}

}  // namespace

Result<ValidationMode> validation_mode(std::string_view code) {
    if (code == "create") return ValidationMode::create;
    if (code == "update") return ValidationMode::update;
    if (code == "delete") return ValidationMode::remove;
    if (code == "profile") return ValidationMode::profile;
    return fail(Errc::invalid, "the mode is create, update, delete or profile");
}

Result<void> read_validation_body(EphiText body, json::Parser& parser, ValidationRequest& request) {
    if (!body.empty()) SALUS_TRY_VOID(Reader::read_validation(std::move(body), parser, request));
    if (!request.resource && request.mode != ValidationMode::remove)
        return fail(Errc::invalid, "a resource is expected");
    if (request.mode == ValidationMode::profile && request.profiles.empty())
        return fail(Errc::invalid, "the mode profile needs a profile");
    return {};
}

Result<void> Reader::read_validation(EphiText body, json::Parser& parser,
                                     ValidationRequest& request) {
    auto text = std::move(body).take(EphiAccess{});
    SALUS_TRY(auto const document, parser.parse(text));
    auto const root = document.root();
    if (!is_wrapper(root, request.type)) {
        request.resource.emplace(std::move(text));
        return {};
    }
    scrub(text);
    auto const parameters = root.member("parameter");
    if (!parameters || !parameters->is_array()) return {};
    for (auto const each : parameters->elements()) SALUS_TRY_VOID(read_parameter(each, request));
    return {};
}

Result<IssueList> validate(ValidationRequest request, json::Parser& parser,
                           ProfileSet const* profiles) {
    if (!request.resource) return IssueList{};  // what is stored may be deleted: it is valid
    SALUS_TRY(auto checked,
              Reader::validate(*std::move(request.resource), parser, profiles, request.profiles));
    auto& [issues, type, id] = checked;
    if (type->name.text() != request.type)
        issues.add(error_at("invalid", "the resource is of another type"));
    if (request.mode == ValidationMode::update && !request.id.empty() && id != request.id)
        issues.add(error_at("invalid", "the resource's id is not the one in the address"));
    return std::move(issues);
}

}  // namespace salus::fhir
