#include "sign_in/patient.h"

#include "fhir/lexical.h"
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

}  // namespace

Result<std::optional<ShownPatient>> find_patient(Desk const& desk, std::string_view id) {
    if (!fhir::is_id(id)) return std::optional<ShownPatient>();
    SALUS_TRY(auto stored, desk.records.get(records::DocumentClass::resource, "Patient", id));
    if (!stored || stored->state != store::VersionState::live) return std::optional<ShownPatient>();
    ShownPatient shown;
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
