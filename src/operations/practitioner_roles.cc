#include "operations/practitioner_roles.h"

#include <utility>

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

Result<PractitionerRoles::Role const*> PractitionerRoles::role(std::string_view id) {
    if (auto const known = opened_.find(id); known != opened_.end()) return &known->second;
    if (left_ == 0) return nullptr;
    --left_;
    SALUS_TRY(auto const found,
              find(records_.addressing().shared_compartment(), "PractitionerRole", id));
    Role role;
    auto const root = found ? std::optional(RequestReader::root(found->view())) : std::nullopt;
    if (root && !root->member("modifierExtension")) {
        role.practitioner = place_in(root->member("practitioner"));
        role.organization = place_in(root->member("organization"));
        role.now = is_active(*root) && fhir::is_in_its_period(*root, now_);
    }
    return &opened_.emplace(id, std::move(role)).first->second;
}

Result<Known> PractitionerRoles::hold(std::string_view practitioner, std::string_view id,
                                      std::string_view organization) {
    SALUS_TRY(auto const* const role, this->role(id));
    if (role == nullptr) return Known();
    auto const& who = role->practitioner;
    if (who != practitioner) return who.starts_with("Practitioner/") ? Known(false) : Known();
    bool const for_it = organization.empty() ||
                        role->organization == std::string("Organization/").append(organization);
    return for_it && role->now ? Known(true) : Known();
}

}  // namespace salus::operations
