#include "oauth/representation.h"

#include "fhir/period.h"
#include "fhir/reference.h"
#include "oauth/form_reader.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kRelatedPerson = "RelatedPerson/";

std::optional<std::string> patient_in(json::Value related, WallTime now) {
    if (auto const active = related.member("active")) {
        if (!active->is_boolean() || !active->boolean()) return std::nullopt;
    }
    if (!fhir::is_in_its_period(related, now)) return std::nullopt;
    auto const patient = related.member("patient");
    auto const reference = patient ? patient->text_member("reference") : std::nullopt;
    auto const parsed = reference ? fhir::parse_local_reference(*reference) : std::nullopt;
    if (!parsed || parsed->type->name != "Patient") return std::nullopt;
    return std::string(parsed->id);
}

}  // namespace

bool is_related_person(identity::User const& user) noexcept {
    return user.fhir_user.starts_with(kRelatedPerson);
}

Result<std::optional<std::string>> represented_patient(records::Records& records,
                                                       json::Parser& parser,
                                                       identity::User const& user, WallTime now) {
    if (!is_related_person(user)) return std::optional<std::string>();
    auto const id = std::string_view(user.fhir_user).substr(kRelatedPerson.size());
    SALUS_TRY(auto stored,
              records.get(records::DocumentClass::resource, "RelatedPerson", std::string(id)));
    if (!stored || stored->state != store::VersionState::live) return std::optional<std::string>();
    SALUS_TRY(auto const document, parser.index(FormReader::take(std::move(stored->text))));
    return patient_in(document.root(), now);
}

}  // namespace salus::oauth
