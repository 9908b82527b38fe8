#include "sign_in/patient.h"

#include <algorithm>

#include "fhir/fold.h"
#include "fhir/index_entry.h"
#include "fhir/lexical.h"
#include "fhir/search.h"
#include "foundation/sign_in_limits.h"
#include "operations/blind_tokens.h"
#include "operations/consent_filter.h"
#include "sign_in/form_reader.h"

namespace salus::sign_in {
namespace {

std::string name_in(json::Value patient) {
    auto const names = patient.member("name");
    if (!names || !names->is_array()) return {};
    for (auto const name : names->elements()) {
        if (auto text = name.text_member("text")) return *std::move(text);
        std::string out;
        if (auto const given = name.member("given"); given && given->is_array()) {
            for (auto const part : given->elements()) {
                if (part.is_string()) out.append(part.text()).push_back(' ');
            }
        }
        out.append(name.text_member("family").value_or(""));
        if (!out.empty()) return out;
    }
    return {};
}

// As a value of a search parameter, in which these separate (search.html#escaping).
std::string escaped(std::string_view text) {
    std::string out;
    for (char const each : text) {
        if (each == ',' || each == '$' || each == '|' || each == '\\') out.push_back('\\');
        out.push_back(each);
    }
    return out;
}

// One word of the name, or the name from its first word on, begins so.
bool has_name(fhir::EntryView const& entry, std::string_view folded_beginning) {
    auto names = entry.find("name");
    while (names && names->left() > 0) {
        if (names->string().folded.starts_with(folded_beginning)) return true;
    }
    return false;
}

// As for a read of this patient with the token that the person is about to allow.
Result<bool> consents_leave(Desk const& desk, Seeker const& seeker,
                            records::StoredDocument const& patient) {
    if (desk.consent == nullptr) return true;
    auto const purpose = oauth::common_purpose(seeker.client, seeker.user, seeker.purpose);
    if (!purpose) return false;  // nothing can be done in their name
    auto const now = desk.clock.now();
    request::CallerFacts caller;
    caller.purpose = purpose;
    caller.patient_compartment = patient.compartment;
    auto& person = caller.person.emplace();
    person.id = seeker.user.id;
    person.practitioner = seeker.user.practitioner();
    person.is_patient =
        !seeker.user.patient.empty() &&
        desk.records.addressing().patient_compartment(seeker.user.patient) == patient.compartment;
    // Declared before anything of the record is opened.
    if (purpose == request::PurposeOfUse::emergency)
        person.emergency_until = now + desk.emergency_life;
    operations::ConsentFilter consents(desk.records, desk.parser, caller, {consent::Action::access},
                                       desk.consent, now);
    return consents.leaves(patient.compartment, "Patient", patient.text);
}

}  // namespace

Result<std::vector<ShownPatient>> find_patients(Desk const& desk, Seeker const& seeker,
                                                std::string_view name,
                                                std::string_view birth_date) {
    std::vector<fhir::SearchQuery::Parameter> const parameters{
        {"name", escaped(name)}, {"birthdate", std::string(birth_date)}};
    SALUS_TRY(auto const query, fhir::SearchQuery::parse(*fhir::find_resource_type("Patient"),
                                                         parameters, desk.clock.now()));
    auto const tokens = operations::tokens_for(desk.records.addressing(), query);
    if (!tokens) return fail(Errc::invalid, "a patient is looked for by name and birth date");
    auto const beginning = fhir::fold(name);
    std::vector<std::string> ids;
    for (auto const& token : *tokens) {
        SALUS_TRY(auto const found, desk.records.find(token));
        for (auto const& candidate : found) {
            SALUS_TRY(auto const entry, fhir::EntryView::decode(bytes_of(candidate.entry)));
            if (has_name(entry, beginning)) ids.emplace_back(entry.id());
        }
    }
    std::ranges::sort(ids);
    auto const repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    std::vector<ShownPatient> patients;
    for (auto const& id : ids) {
        SALUS_TRY(auto patient, find_patient(desk, seeker, id));
        if (patient && patient->birth_date == birth_date) patients.push_back(*std::move(patient));
        // Of those that the person may see: how many more there are shows nowhere.
        if (patients.size() > limits::kPatientsShown)
            return fail(Errc::too_large, "too many patients have this name and birth date");
    }
    return patients;
}

Result<std::optional<ShownPatient>> find_patient(Desk const& desk, Seeker const& seeker,
                                                 std::string_view id) {
    if (!fhir::is_id(id)) return std::optional<ShownPatient>();
    SALUS_TRY(auto stored, desk.records.get(records::DocumentClass::resource, "Patient", id));
    if (!stored || stored->state != store::VersionState::live) return std::optional<ShownPatient>();
    SALUS_TRY(bool const consented, consents_leave(desk, seeker, *stored));
    if (!consented) return std::optional<ShownPatient>();
    ShownPatient shown;
    shown.id = id;
    shown.read = {.action = "read",
                  .compartment = stored->compartment,
                  .patient_compartment = true,
                  .type = "Patient",
                  .address = stored->address,
                  .version = stored->version,
                  .stored_hash = stored->hash};
    SALUS_TRY(auto const document, desk.parser.index(FormReader::take(std::move(stored->text))));
    shown.name = name_in(document.root());
    shown.birth_date = document.root().text_member("birthDate").value_or("");
    return std::optional(std::move(shown));
}

}  // namespace salus::sign_in
