#include "oauth/launch.h"

#include <algorithm>
#include <array>

#include "fhir/lexical.h"
#include "foundation/oauth_limits.h"
#include "identity/secret_id.h"
#include "identity/user.h"
#include "json/writer.h"
#include "oauth/client.h"
#include "oauth/form_reader.h"

namespace salus::oauth {
namespace {

using identity::LaunchContext;
using identity::Stored;

constexpr std::array<std::string_view, 4> kMembers{"client_id", "patient", "encounter", "user"};

Result<void> check_members(json::Value root) {
    if (!root.is_object()) return fail(Errc::invalid, "a launch is a JSON object");
    for (auto const member : root.members()) {
        if (std::ranges::find(kMembers, member.name()) == kMembers.end())
            return fail(Errc::invalid, "a launch has client_id, patient, encounter and user");
    }
    return {};
}

Result<void> name_patient(LaunchDesk const& desk, request::Exchange& exchange, json::Value root,
                          LaunchContext& context) {
    context.encounter = root.text_member("encounter").value_or("");
    if (!context.encounter.empty() && !fhir::is_id(context.encounter))
        return fail(Errc::invalid, "encounter is the id of an Encounter");
    context.patient = root.text_member("patient").value_or("");
    if (context.patient.empty()) return {};
    if (!fhir::is_id(context.patient)) return fail(Errc::invalid, "patient is the id of a Patient");
    SALUS_TRY(auto const current, desk.records.current("Patient", context.patient));
    if (!current || current->state != store::VersionState::live)
        return fail(Errc::invalid, "there is no such patient");
    exchange.facts.compartment = desk.records.addressing().patient_compartment(context.patient);
    return {};
}

}  // namespace

Result<request::Prepared> open_launch(LaunchDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const body, desk.parser.parse(FormReader::take(exchange.request.body.clone())));
    auto const root = body.root();
    SALUS_TRY_VOID(check_members(root));
    identity::Documents documents(desk.records, desk.parser, desk.clock);
    Stored<LaunchContext> launch{.value = {}, .id = {}, .version = 0};
    json::Parser client_parser;
    SALUS_TRY(auto const client,
              find_client(desk.records, client_parser, root.text_member("client_id").value_or("")));
    if (!client || !client->grants.authorization_code)
        return fail(Errc::invalid, "client_id is no app for people");
    launch->client = client->id;
    exchange.facts.target_client = client->id;
    SALUS_TRY_VOID(name_patient(desk, exchange, root, launch.value));
    if (auto const name = root.text_member("user")) {
        auto const spelled = identity::user_name_of(*name);
        SALUS_TRY(auto const user,
                  documents.read<identity::UserName>(spelled.value_or(std::string())));
        if (!user) return fail(Errc::invalid, "there is no such user");
        launch->user = user->value.user;
    }
    auto const id = identity::SecretId::make(desk.random);
    launch.id = id.id;
    launch->secret = id.hash();
    launch->expires = desk.clock.now() + limits::kLaunchLife;

    request::Prepared prepared;
    prepared.status = 201;
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    writer.key("launch").string(id.text());
    writer.key("expires_in").integer(limits::kLaunchLife.count());
    writer.end_object();
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    prepared.content = request::PlainContent{std::move(text)};
    SALUS_TRY_VOID(
        documents.write(launch, launch->expires + limits::kPendingAuthorizationLife, prepared));
    return prepared;
}

Result<std::optional<Stored<LaunchContext>>> find_launch(identity::Documents& documents,
                                                         std::string_view launch,
                                                         ClientId const& client, WallTime now) {
    auto const shown = identity::SecretId::parse(launch);
    if (!shown) return std::optional<Stored<LaunchContext>>();
    SALUS_TRY(auto context, documents.read<LaunchContext>(shown->id));
    bool const good = context && identity::matches(*shown, context->value.secret) &&
                      context->value.client == client && now < context->value.expires;
    if (!good) context.reset();
    return context;
}

}  // namespace salus::oauth
