#include "pipeline/stored_subjects.h"

#include "identity/user.h"
#include "oauth/client.h"

namespace salus::pipeline {

using admin::Subject;

Result<std::optional<Subject>> StoredSubjects::user_named(std::string_view name) {
    auto const spelled = identity::user_name_of(name);
    if (!spelled) return std::optional<Subject>();
    SALUS_TRY(auto const owner, documents_.read<identity::UserName>(*spelled));
    if (!owner) return std::optional<Subject>();
    return user(owner->value.user.text());
}

Result<std::optional<Subject>> StoredSubjects::user(std::string_view id) {
    SALUS_TRY(auto stored, documents_.read<identity::User>(id));
    if (!stored) return std::optional<Subject>();
    auto& user = stored->value;
    Subject subject;
    subject.caller.anonymous = false;
    subject.caller.tenant = tenant_;
    bool const practises = user.fhir_user.starts_with("Practitioner/");
    subject.caller.person =
        request::Person{.id = user.id,
                        .grant = {},
                        .acr = {},
                        .practitioner = practises ? user.fhir_user : std::string()};
    if (!user.patient.empty())
        subject.caller.patient_compartment =
            records_.addressing().patient_compartment(user.patient);
    subject.caller.roles = user.roles;
    subject.caller.locations = user.locations;
    subject.caller.scopes = std::move(user.scopes);
    subject.purposes = std::move(user.purposes);
    subject.is_stored = true;
    subject.is_patient = !user.patient.empty();
    if (user.status != identity::UserStatus::active)
        subject.barred = "the user is disabled, so nothing in their name counts";
    return std::optional(std::move(subject));
}

Result<std::optional<Subject>> StoredSubjects::client(std::string_view id) {
    if (!oauth::is_client_id(id)) return std::optional<Subject>();
    SALUS_TRY(auto client, oauth::find_client(records_, parser_, id));
    if (!client) return std::optional<Subject>();
    Subject subject;
    subject.caller.anonymous = false;
    subject.caller.tenant = tenant_;
    subject.caller.client = client->id;
    subject.caller.roles = client->roles;
    subject.caller.locations = client->locations;
    subject.caller.scopes = std::move(client->scope.scopes);
    subject.purposes = std::move(client->purposes);
    subject.is_stored = true;
    if (!client->grants.client_credentials)
        subject.barred = "this client acts for people alone, never for itself";
    return std::optional(std::move(subject));
}

}  // namespace salus::pipeline
