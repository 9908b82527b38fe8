#include "identity/user_administration.h"

#include <algorithm>

#include "fhir/lexical.h"
#include "foundation/sign_in_limits.h"
#include "identity/enrolment.h"
#include "identity/holdings.h"
#include "identity/stand_in.h"
#include "identity/user.h"
#include "identity/user_members.h"
#include "json/writer.h"

namespace salus::identity {
namespace {

Documents documents_of(UsersDesk const& desk) {
    return {desk.records, desk.parser, desk.clock};
}

request::Prepared answer(int status, std::string body) {
    request::Prepared prepared;
    prepared.status = status;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    prepared.content = request::ReportContent{EphiText(std::move(body))};
    return prepared;
}

std::string enrolment_answer(User const& user, SecretBytes const& code) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    writer.key("id").string(user.id.text());
    writer.key("user_name").string(user.user_name);
    writer.key("enrolment_code").string(text_of(code.reveal()));
    writer.key("enrolment_expires").string(to_instant(user.enrolment->expires));
    writer.end_object();
    return body;
}

void write_user(json::Writer& writer, User const& user) {
    writer.begin_object();
    writer.key("id").string(user.id.text());
    writer.key("user_name").string(user.user_name);
    writer.key("display_name").string(user.display_name);
    writer.key("status").string(user.status == UserStatus::active ? "active" : "disabled");
    writer.key("scope").string(request::to_text(user.scopes));
    writer.key("purposes").begin_array();
    for (auto const purpose : user.purposes) writer.string(request::code_of(purpose).text());
    writer.end_array();
    request::write_roles(writer, "roles", user.roles);
    request::write_places(writer, "locations", user.locations);
    if (!user.fhir_user.empty()) writer.key("fhir_user").string(user.fhir_user);
    if (!user.patient.empty()) writer.key("patient").string(user.patient);
    writer.key("passkeys").integer(static_cast<std::int64_t>(user.passkeys.size()));
    writer.key("password").boolean(user.password.has_value());
    writer.key("totp").boolean(user.totp.has_value());
    writer.key("recovery_codes")
        .integer(user.recovery_codes ? static_cast<std::int64_t>(user.recovery_codes->left()) : 0);
    writer.key("enrolment").boolean(user.enrolment.has_value());
    if (user.outside) {
        writer.key("provider_issuer").string(user.outside->issuer);
        writer.key("provider_subject").string(user.outside->subject);
    }
    writer.key("added").string(to_instant(user.added));
    writer.end_object();
}

Result<Stored<Directory>> directory_of(Documents& documents) {
    SALUS_TRY(auto known, documents.read<Directory>("users"));
    return std::move(known).value_or(Stored<Directory>{.value = {}, .id = "users", .version = 0});
}

Result<void> add_to_directory(Documents& documents, UserId const& user,
                              request::Prepared& prepared) {
    SALUS_TRY(auto directory, directory_of(documents));
    if (directory->ids.size() >= limits::kUsers)
        return fail(Errc::too_large, "there are too many users");
    add_id(directory->ids, user.text());
    return documents.write(directory, std::nullopt, prepared);
}

// Who the user is at the outside provider, and no second user is.
Result<void> move_outside_account(UsersDesk const& desk, json::Value root, User& user,
                                  request::Prepared& prepared) {
    auto const before = user.outside;
    SALUS_TRY_VOID(change_outside_account(root, desk.provider_issuer, user));
    if (user.outside == before) return {};
    auto documents = documents_of(desk);
    if (before) {
        SALUS_TRY(auto const owner,
                  documents.read<OutsideAccountOwner>(outside_account_id(*before)));
        if (owner && owner->value.user == user.id) {
            SALUS_TRY_VOID(documents.remove(*owner, prepared));
        }
    }
    if (!user.outside) return {};
    Stored<OutsideAccountOwner> const owner{
        .value = {user.id}, .id = outside_account_id(*user.outside), .version = 0};
    SALUS_TRY(auto const taken, documents.read<OutsideAccountOwner>(owner.id));
    if (taken) return fail(Errc::conflict, "another user has this account of the provider");
    return documents.write(owner, std::nullopt, prepared);
}

}  // namespace

Result<request::Prepared> add_user(UsersDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const body,
              desk.parser.parse(DocumentReader::take(exchange.request.body.clone())));
    auto documents = documents_of(desk);
    Stored<User> user{.value = {}, .id = {}, .version = 0};
    SALUS_TRY_VOID(read_user_members(body.root(), user.value));
    if (user->user_name.empty() || user->purposes.empty())
        return fail(Errc::invalid, "a user has a user_name, a scope and purposes");
    SALUS_TRY(auto const taken, documents.read<UserName>(user->user_name));
    if (taken) return fail(Errc::conflict, "this user name is taken");
    user->id = new_user_id(desk.random);
    user.id = user->id.text();
    user->added = desk.clock.now();
    if (user->display_name.empty()) user->display_name = user->user_name;
    exchange.facts.target_user = user->id;
    auto const code = new_enrolment(user.value, desk.clock.now(), desk.random);

    auto prepared = answer(201, enrolment_answer(user.value, code));
    SALUS_TRY_VOID(move_outside_account(desk, body.root(), user.value, prepared));
    SALUS_TRY_VOID(documents.write(user, std::nullopt, prepared));
    Stored<UserName> const name{.value = {user->id}, .id = user->user_name, .version = 0};
    SALUS_TRY_VOID(documents.write(name, std::nullopt, prepared));
    SALUS_TRY_VOID(add_to_directory(documents, user->id, prepared));
    SALUS_TRY_VOID(add_stand_in(documents, user.value, prepared));
    return prepared;
}

Result<request::Prepared> list_users(UsersDesk const& desk) {
    auto documents = documents_of(desk);
    SALUS_TRY(auto const directory, directory_of(documents));
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("users").begin_array();
    for (auto const& id : directory->ids) {
        SALUS_TRY(auto const user, documents.read<User>(id));
        if (user) write_user(writer, user->value);
    }
    writer.end_array().end_object();
    return answer(200, std::move(body));
}

Result<request::Prepared> change_user(UsersDesk const& desk, request::Exchange& exchange,
                                      request::Permit const& permit) {
    auto documents = documents_of(desk);
    auto const id = DocumentReader::take(permit.intent().id.clone());
    SALUS_TRY(auto user, documents.read<User>(id));
    if (!user) return fail(Errc::not_found, "no such user");
    exchange.facts.target_user = user->value.id;
    SALUS_TRY(auto const body,
              desk.parser.parse(DocumentReader::take(exchange.request.body.clone())));
    SALUS_TRY_VOID(change_user_members(body.root(), user->value));
    ++user->value.generation;
    request::Prepared changes;
    SALUS_TRY_VOID(move_outside_account(desk, body.root(), user->value, changes));
    auto prepared = answer(200, {});
    if (asks(body.root(), "enrol")) {
        SALUS_TRY_VOID(take_factors(documents, user->value, changes));
        auto const code = new_enrolment(user->value, desk.clock.now(), desk.random);
        prepared = answer(200, enrolment_answer(user->value, code));
    } else {
        std::string text;
        json::Writer writer(text);
        write_user(writer, user->value);
        prepared = answer(200, std::move(text));
    }
    prepared.batch = std::move(changes.batch);
    prepared.touched = std::move(changes.touched);
    SALUS_TRY_VOID(documents.write(*user, std::nullopt, prepared));
    SALUS_TRY(auto const ended,
              Endings(documents, desk.logouts).end_all(user->value.id, {}, prepared));
    add_after_commit(prepared, [forget = desk.forget, ended] {
        for (auto const& name : ended) forget(name);
    });
    return prepared;
}

}  // namespace salus::identity
