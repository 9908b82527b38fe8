#include "identity/user_members.h"

#include <algorithm>
#include <array>
#include <span>

#include "fhir/definitions.h"
#include "fhir/lexical.h"
#include "foundation/sign_in_limits.h"

namespace salus::identity {
namespace {

constexpr std::size_t kPurposesLargest = 8;

constexpr std::array<std::string_view, 9> kNewMembers{
    "user_name", "display_name", "scope",   "purposes",        "roles",
    "locations", "fhir_user",    "patient", "provider_subject"};
constexpr std::array<std::string_view, 11> kChangedMembers{
    "status",    "display_name", "scope", "purposes",     "roles",           "locations",
    "fhir_user", "patient",      "enrol", "end_sessions", "provider_subject"};

Result<void> only_members(json::Value root, std::span<std::string_view const> known) {
    if (!root.is_object()) return fail(Errc::invalid, "a user is a JSON object");
    for (auto const member : root.members()) {
        if (std::ranges::find(known, member.name()) == known.end())
            return fail(Errc::invalid, "a user has no such member");
    }
    return {};
}

Result<void> read_scope(json::Value root, User& user) {
    auto const text = root.text_member("scope");
    if (!text) return {};
    auto scopes = request::parse_scopes(*text);
    if (!scopes && !text->empty()) return fail(Errc::invalid, "scope must be SMART v2 scopes");
    user.scopes = std::move(scopes).value_or(std::vector<request::Scope>());
    return {};
}

Result<void> read_purposes(json::Value root, User& user) {
    auto const list = root.member("purposes");
    if (!list) return {};
    constexpr Literal kWrong = "purposes must be a list of purpose-of-use codes";
    if (!list->is_array() || list->size() == 0 || list->size() > kPurposesLargest)
        return fail(Errc::invalid, kWrong);
    user.purposes.clear();
    for (auto const value : list->elements()) {
        auto const purpose =
            value.is_string() ? request::purpose_of_code(value.text()) : std::nullopt;
        if (!purpose) return fail(Errc::invalid, kWrong);
        user.purposes.push_back(*purpose);
    }
    return {};
}

Result<void> read_roles(json::Value root, User& user) {
    if (!root.member("roles")) return {};
    auto roles = request::roles_in(root, "roles");
    if (!roles) return fail(Errc::invalid, request::kWhatRolesAre);
    user.roles = *std::move(roles);
    return {};
}

Result<void> read_locations(json::Value root, User& user) {
    if (!root.member("locations")) return {};
    auto locations = request::places_in(root, "locations");
    if (!locations) return fail(Errc::invalid, request::kWhatPlacesAre);
    user.locations = *std::move(locations);
    return {};
}

bool is_fhir_user(std::string_view text) {
    auto const slash = text.find('/');
    if (slash == std::string_view::npos || !fhir::is_id(text.substr(slash + 1))) return false;
    constexpr std::array<std::string_view, 5> kTypes{"Patient", "Practitioner", "PractitionerRole",
                                                     "RelatedPerson", "Person"};
    return std::ranges::find(kTypes, text.substr(0, slash)) != kTypes.end();
}

Result<void> read_resources(json::Value root, User& user) {
    if (auto const fhir_user = root.text_member("fhir_user")) {
        if (!fhir_user->empty() && !is_fhir_user(*fhir_user))
            return fail(Errc::invalid, "fhir_user is a resource of a person, Practitioner/[id]");
        user.fhir_user = *fhir_user;
    }
    if (auto const patient = root.text_member("patient")) {
        if (!patient->empty() && !fhir::is_id(*patient))
            return fail(Errc::invalid, "patient is the id of a Patient");
        user.patient = *patient;
    }
    return {};
}

Result<void> read_what_may_change(json::Value root, User& user) {
    if (auto const name = root.text_member("display_name")) {
        if (name->empty() || name->size() > limits::kDisplayNameBytes)
            return fail(Errc::invalid, "display_name must be a text of at most 200 bytes");
        user.display_name = *name;
    }
    SALUS_TRY_VOID(read_scope(root, user));
    SALUS_TRY_VOID(read_purposes(root, user));
    SALUS_TRY_VOID(read_roles(root, user));
    SALUS_TRY_VOID(read_locations(root, user));
    return read_resources(root, user);
}

}  // namespace

Result<void> read_user_members(json::Value root, User& user) {
    SALUS_TRY_VOID(only_members(root, kNewMembers));
    auto name = user_name_of(root.text_member("user_name").value_or(""));
    if (!name)
        return fail(Errc::invalid, "user_name must be a text without spaces, at most 128 bytes");
    user.user_name = *std::move(name);
    return read_what_may_change(root, user);
}

Result<void> change_user_members(json::Value root, User& user) {
    SALUS_TRY_VOID(only_members(root, kChangedMembers));
    if (auto const status = root.text_member("status")) {
        if (*status != "active" && *status != "disabled")
            return fail(Errc::invalid, "status is active or disabled");
        user.status = *status == "active" ? UserStatus::active : UserStatus::disabled;
    }
    return read_what_may_change(root, user);
}

Result<void> change_outside_account(json::Value root, std::string const& issuer, User& user) {
    if (!root.member("provider_subject")) return {};
    auto const subject = root.text_member("provider_subject");
    if (!subject || (!subject->empty() && !is_subject(*subject)))
        return fail(Errc::invalid, "provider_subject is a text of at most 255 visible characters");
    user.outside.reset();
    if (subject->empty()) return {};
    if (issuer.empty()) return fail(Errc::invalid, "no outside provider is configured");
    user.outside = OutsideAccount{.issuer = issuer, .subject = *subject};
    return {};
}

bool asks(json::Value root, std::string_view name) {
    auto const member = root.member(name);
    return member && member->is_boolean() && member->boolean();
}

}  // namespace salus::identity
