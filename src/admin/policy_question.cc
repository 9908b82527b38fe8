#include "admin/policy_question.h"

#include <algorithm>
#include <array>
#include <utility>

#include "authorization/looked_at.h"
#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "json/flag.h"

namespace salus::admin {
namespace {

using request::Access;
using request::Family;
using request::Interaction;

// Any two that differ: which patient it is does not matter, only whether it is the same.
CompartmentId compartment(std::uint8_t mark) {
    CompartmentId::Array bytes{};
    bytes.fill(mark);
    return CompartmentId(bytes);
}
constexpr std::uint8_t kOfSubject = 1;
constexpr std::uint8_t kOfAnother = 2;

bool is_about_records(Interaction interaction) {
    auto const family = request::form_of(interaction).family;
    return family == Family::resource || family == Family::audit_event;
}

bool is_function(Interaction interaction) {
    auto const& form = request::form_of(interaction);
    return form.access != Access::none && !authorization::function_of(form.family).empty();
}

std::optional<Interaction> interaction_named(std::string_view name) {
    for (auto const interaction : request::all_interactions()) {
        bool const fits = is_about_records(interaction) || is_function(interaction);
        if (fits && request::name_of(interaction).text() == name) return interaction;
    }
    return std::nullopt;
}

// The audit log has interactions of its own, whatever a request calls them.
Result<Target> audit_target(Target target) {
    if (target.interaction == Interaction::read) target.interaction = Interaction::audit_event;
    if (target.interaction == Interaction::search_type)
        target.interaction = Interaction::audit_search;
    bool const of_patient = target.interaction == Interaction::accounting ||
                            target.interaction == Interaction::access_report;
    if (request::form_of(target.interaction).family != Family::audit_event)
        return fail(Errc::unprocessable, "the audit log is read and searched, nothing else");
    std::string const type = of_patient ? "Patient" : "AuditEvent";
    if (!target.type.empty() && target.type != type)
        return fail(Errc::unprocessable, "this interaction is not on this type");
    target.type = type;
    return target;
}

std::vector<request::Scope> every_scope(bool is_person) {
    std::string const context = is_person ? "user/" : "system/";
    std::string text = context + "*.cruds " + context +
                       "AuditEvent.rs admin/audit.read admin/population.read admin/check.read "
                       "admin/launch.write";
    for (auto const* each : {"clients", "users", "definitions", "keys", "backups", "policies"})
        text.append(" admin/").append(each).append(".read admin/").append(each).append(".write");
    return request::parse_scopes(text).value_or(std::vector<request::Scope>());
}

constexpr auto kMembers = std::to_array<std::string_view>(
    {"user", "client", "person", "service", "roles", "scope", "purpose", "acr", "auth_age", "care",
     "works_at", "locations", "interaction", "type", "own", "function", "access"});

// A text that may be absent; nothing for another kind of value.
std::optional<std::string> text_or_nothing(json::Value root, std::string_view name) {
    auto const member = root.member(name);
    if (!member) return std::string();
    return root.text_member(name);
}

Result<Subject> stored(Result<std::optional<Subject>> found) {
    if (!found) return fail(found.error());
    if (!*found) return fail(Errc::not_found, "nobody has this name");
    return **std::move(found);
}

Result<Subject> read_subject(PolicyDesk const& desk, json::Value root) {
    auto const user = text_or_nothing(root, "user");
    auto const client = text_or_nothing(root, "client");
    auto const person = json::flag_in(root, "person");
    auto const service = json::flag_in(root, "service");
    if (!user || !client || !person || !service)
        return fail(Errc::invalid, "user and client are text, person and service true or false");
    int const named = static_cast<int>(!user->empty()) + static_cast<int>(!client->empty()) +
                      static_cast<int>(*person) + static_cast<int>(*service);
    if (named != 1) return fail(Errc::invalid, "name one: user, client, person or service");
    if (!user->empty()) return stored(desk.subjects.user_named(*user));
    if (!client->empty()) return stored(desk.subjects.client(*client));
    return anybody(desk.tenant.name, *person);
}

Result<Circumstances> read_circumstances(json::Value root, bool is_person) {
    Circumstances circumstances;
    auto const purpose = text_or_nothing(root, "purpose");
    auto const scope = text_or_nothing(root, "scope");
    auto roles = request::roles_in(root, "roles");
    if (!roles) return fail(Errc::invalid, request::kWhatRolesAre);
    if (!purpose || !scope) return fail(Errc::invalid, "purpose and scope are text");
    circumstances.roles = *std::move(roles);
    if (!purpose->empty()) circumstances.purpose = request::purpose_of_code(*purpose);
    if (!purpose->empty() && !circumstances.purpose)
        return fail(Errc::invalid, "this is not a purpose of use");
    if (root.member("scope")) {
        circumstances.scope = request::parse_scopes(*scope);
        if (!circumstances.scope) return fail(Errc::invalid, "this is not a list of scopes");
    }
    auto const care = json::flag_in(root, "care");
    if (!care) return fail(Errc::invalid, "care is true or false");
    circumstances.care = *care;
    SALUS_TRY_VOID(read_places(root, circumstances));
    SALUS_TRY(circumstances.access, read_access(root));
    if (!is_person && (root.member("acr") || root.member("auth_age")))
        return fail(Errc::invalid, "a service does not sign in");
    if (root.member("acr")) {
        auto const acr = root.text_member("acr");
        if (!acr) return fail(Errc::invalid, "acr is text");
        circumstances.acr = *acr;
    }
    if (auto const age = root.member("auth_age")) {
        auto const seconds = age->is_number() ? age->integer() : std::nullopt;
        if (!seconds || *seconds < 0 || *seconds > kSignInAgeLargest)
            return fail(Errc::invalid, "auth_age is a number of seconds, at most ten years");
        circumstances.age = std::chrono::seconds(*seconds);
    }
    return circumstances;
}

Result<Target> read_target(json::Value root) {
    auto const interaction = text_or_nothing(root, "interaction");
    auto const type = text_or_nothing(root, "type");
    auto const function = text_or_nothing(root, "function");
    auto const access = text_or_nothing(root, "access");
    auto const own = json::flag_in(root, "own");
    if (!interaction || !type || !function || !access || !own)
        return fail(Errc::invalid, "own is true or false, and all else text");
    if (interaction->empty() == function->empty())
        return fail(Errc::invalid, "name one: interaction or function");
    if (!interaction->empty()) {
        if (!access->empty()) return fail(Errc::invalid, "access belongs to a function");
        return target_of(*interaction, *type, *own);
    }
    if (!type->empty() || *own) return fail(Errc::invalid, "a function has no type");
    return target_of_function(*function, *access);
}

}  // namespace

Result<void> read_places(json::Value root, Circumstances& circumstances) {
    auto works_at = request::places_in(root, "works_at");
    auto locations = request::places_in(root, "locations");
    if (!works_at || !locations)
        return fail(Errc::invalid,
                    "works_at and locations are lists of at most 16 references: Location/[id] or "
                    "Organization/[id]");
    circumstances.works_at = *std::move(works_at);
    if (root.member("locations")) circumstances.locations = *std::move(locations);
    return {};
}

Result<Target> target_of(std::string_view name, std::string type, bool own) {
    auto const interaction = interaction_named(name);
    if (!interaction) return fail(Errc::unprocessable, "there is no such interaction");
    Target target{.interaction = *interaction, .type = std::move(type), .own = own};
    if (is_function(target.interaction) && !is_about_records(target.interaction)) {
        if (!target.type.empty() || own) return fail(Errc::unprocessable, "this has no type");
        return target;
    }
    bool const is_log = request::form_of(target.interaction).family == Family::audit_event ||
                        target.type == "AuditEvent";
    if (is_log) {
        SALUS_TRY(target, audit_target(std::move(target)));
    }
    if (target.interaction == Interaction::history_system) {
        if (!target.type.empty() || own)
            return fail(Errc::unprocessable, "the history of the system is of all types");
        return target;
    }
    auto const* definition = fhir::find_resource_type(target.type);
    if (definition == nullptr) return fail(Errc::unprocessable, "there is no such resource type");
    if (target.interaction == Interaction::everything && target.type != "Patient")
        return fail(Errc::unprocessable, "this interaction is not on this type");
    if (own && fhir::is_shared_type(*definition))
        return fail(Errc::unprocessable, "no resource of this type is a patient's own");
    return target;
}

Result<Target> target_of_function(std::string_view function, std::string_view access) {
    if (access != "read" && access != "write")
        return fail(Errc::unprocessable, "access to a function is read or write");
    auto const wanted = access == "read" ? Access::read : Access::update;
    for (auto const interaction : request::all_interactions()) {
        auto const& form = request::form_of(interaction);
        if (form.access == wanted && authorization::function_of(form.family) == function &&
            !function.empty())
            return Target{.interaction = interaction, .type = {}, .own = false};
    }
    return fail(Errc::unprocessable, "there is no such function with this access");
}

Subject anybody(TenantName const& tenant, bool is_person) {
    Subject subject;
    subject.caller.anonymous = false;
    subject.caller.tenant = tenant;
    subject.caller.client = ClientId("anybody");
    if (is_person)
        subject.caller.person = request::Person{.id = UserId("anybody"), .grant = {}, .acr = {}};
    subject.caller.scopes = every_scope(is_person);
    return subject;
}

Result<Question> question_of(Subject subject, Circumstances circumstances, Target target,
                             WallTime now) {
    bool const is_stored = subject.is_stored;
    Question question{.caller = std::move(subject.caller),
                      .intent = {},
                      .circumstances = {.now = now},
                      .is_stored = is_stored,
                      .barred = subject.barred};
    auto& caller = question.caller;
    caller.purpose = circumstances.purpose;
    if (!caller.purpose && !subject.purposes.empty()) caller.purpose = subject.purposes.front();
    bool const may_state =
        !is_stored || (caller.purpose && std::ranges::find(subject.purposes, *caller.purpose) !=
                                             subject.purposes.end());
    if (question.barred.empty() && !may_state)
        question.barred = "whoever asks may not state this purpose";
    caller.roles = request::united(caller.roles, circumstances.roles);
    caller.locations.insert(caller.locations.end(), circumstances.works_at.begin(),
                            circumstances.works_at.end());
    request::put_in_order(caller.locations);
    if (circumstances.scope) {
        caller.scopes = is_stored ? request::intersect(*circumstances.scope, caller.scopes)
                                  : *std::move(circumstances.scope);
    }
    caller.scope_text = request::to_text(caller.scopes);
    if (caller.person) {
        caller.person->acr = std::move(circumstances.acr);
        caller.person->authenticated = now - circumstances.age;
        caller.person->is_patient = subject.is_patient || target.own;
    }
    if (circumstances.access.emergency) {
        if (!caller.person || caller.purpose != request::PurposeOfUse::emergency)
            return fail(Errc::unprocessable,
                        "an emergency is declared by a person, with the purpose ETREAT");
        caller.person->emergency_until = now + std::chrono::minutes(1);
        // As the token of an emergency: for this patient, by scopes of one patient alone.
        caller.patient_compartment = compartment(kOfAnother);
        if (is_stored) {
            std::erase_if(caller.scopes, [](request::Scope const& scope) {
                return scope.context != request::ScopeContext::patient;
            });
        }
    }
    bool const may_own = caller.person && (subject.is_patient || !is_stored);
    if (target.own && !may_own)
        return fail(Errc::unprocessable, "whoever asks is no patient, so nothing is their own");
    if (subject.is_patient || target.own) caller.patient_compartment = compartment(kOfSubject);

    question.circumstances.access = circumstances.access.facts;
    question.circumstances.care_relationship = circumstances.care;
    question.circumstances.locations = std::move(circumstances.locations);
    auto& intent = question.intent;
    intent.interaction = target.interaction;
    intent.tenant = caller.tenant;
    auto const* definition = fhir::find_resource_type(target.type);
    if (definition != nullptr && !fhir::is_shared_type(*definition)) {
        intent.compartment = compartment(target.own ? kOfSubject : kOfAnother);
        intent.patient_compartment = true;
    }
    intent.type = std::move(target.type);
    return question;
}

Result<Question> read_question(PolicyDesk const& desk, json::Value root) {
    if (!root.is_object()) return fail(Errc::invalid, "a question is an object");
    for (auto const member : root.members()) {
        auto const is = [&](std::string_view name) { return member.name() == name; };
        if (std::ranges::none_of(kMembers, is) && std::ranges::none_of(kAccessMembers, is))
            return fail(Errc::invalid, "a question has no such member");
    }
    SALUS_TRY(auto target, read_target(root));
    SALUS_TRY(auto subject, read_subject(desk, root));
    SALUS_TRY(auto circumstances, read_circumstances(root, subject.caller.person.has_value()));
    return question_of(std::move(subject), std::move(circumstances), std::move(target),
                       desk.clock.now());
}

}  // namespace salus::admin
