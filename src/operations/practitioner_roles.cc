#include "operations/practitioner_roles.h"

#include "fhir/period.h"
#include "fhir/reference.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using Known = std::optional<bool>;

bool is_active(json::Value value) {
    auto const active = value.member("active");
    return !active || (active->is_boolean() && active->boolean());
}

}  // namespace

std::string place_in(std::optional<json::Value> reference) {
    auto const text = reference ? reference->text_member("reference") : std::nullopt;
    auto const local = text ? fhir::parse_local_reference(*text) : std::nullopt;
    if (!local) return {};
    return std::string(local->type->name.text()).append("/").append(local->id);
}

Result<std::optional<fhir::Resource>> PractitionerRoles::find(CompartmentId const& compartment,
                                                              std::string_view type,
                                                              std::string_view id) {
    SALUS_TRY(auto document, records_.get(records::DocumentClass::resource, type, id));
    bool const there = document && document->state == store::VersionState::live &&
                       (document->compartment == compartment ||
                        document->compartment == records_.addressing().shared_compartment());
    if (!there) return std::nullopt;
    SALUS_TRY(auto resource, fhir::Reader::index(std::move(document->text), parser_));
    return resource;
}

Result<Known> PractitionerRoles::hold(std::string_view practitioner, std::string_view id,
                                      std::string_view organization) {
    SALUS_TRY(auto const role,
              find(records_.addressing().shared_compartment(), "PractitionerRole", id));
    if (!role) return Known();
    auto const root = RequestReader::root(role->view());
    if (root.member("modifierExtension")) return Known();
    auto const who = place_in(root.member("practitioner"));
    if (who != practitioner) return who.starts_with("Practitioner/") ? Known(false) : Known();
    bool const for_it =
        organization.empty() ||
        place_in(root.member("organization")) == std::string("Organization/").append(organization);
    bool const now = for_it && is_active(root) && fhir::is_in_its_period(root, now_);
    return now ? Known(true) : Known();
}

}  // namespace salus::operations
