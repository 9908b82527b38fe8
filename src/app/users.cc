#include "app/users.h"

#include "app/commands.h"
#include "app/terminal.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::app {
namespace {

constexpr char const* kUsersPath = "/admin/users";

std::optional<std::string> all_users(UserOptions const& options) {
    return administration_answer(
        options.administration,
        {.method = http::Method::get, .path = kUsersPath, .scope = "admin/users.read"});
}

// The id behind a user name, which no address may carry. Empty, and said, if there is none.
std::string id_of(UserOptions const& options) {
    auto listing = all_users(options);
    if (!listing) return {};
    json::Parser parser;
    auto const document = parser.parse(*std::move(listing));
    auto const users = document ? document->root().member("users") : std::nullopt;
    if (users && users->is_array()) {
        for (auto const user : users->elements()) {
            if (user.text_member("user_name") == options.name)
                return user.text_member("id").value_or("");
        }
    }
    say_problem("there is no user " + options.name);
    return {};
}

void write_rights(json::Writer& writer, UserOptions const& options) {
    if (!options.display_name.empty()) writer.key("display_name").string(options.display_name);
    if (!options.scope.empty()) writer.key("scope").string(options.scope);
    if (!options.purposes.empty()) {
        writer.key("purposes").begin_array();
        for (auto const& purpose : options.purposes) writer.string(purpose);
        writer.end_array();
    }
    if (!options.roles.empty() || options.no_roles) {
        writer.key("roles").begin_array();
        for (auto const& role : options.roles) writer.string(role);
        writer.end_array();
    }
    if (!options.locations.empty() || options.no_locations) {
        writer.key("locations").begin_array();
        for (auto const& place : options.locations) writer.string(place);
        writer.end_array();
    }
    if (!options.fhir_user.empty()) writer.key("fhir_user").string(options.fhir_user);
    if (!options.patient.empty()) writer.key("patient").string(options.patient);
    if (!options.provider_subject.empty() || options.no_provider_subject)
        writer.key("provider_subject").string(options.provider_subject);
}

// Behind the rest of a line, for who has some.
std::string words_of(json::Value user, std::string const& name) {
    std::string text;
    auto const list = user.member(name);
    if (!list || !list->is_array()) return text;
    for (auto const word : list->elements()) {
        if (word.is_string()) text += (text.empty() ? "  " + name + ": " : " ") + word.text();
    }
    return text;
}

std::optional<std::string> change(UserOptions const& options, std::string body) {
    auto const id = id_of(options);
    if (id.empty()) return std::nullopt;
    return administration_answer(options.administration,
                                 {.method = http::Method::post,
                                  .path = std::string(kUsersPath) + "/" + id,
                                  .scope = "admin/users.write",
                                  .body = std::move(body)});
}

int show_code(std::optional<std::string> answer) {
    if (!answer) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*std::move(answer));
    if (!document) return kFailed;
    auto const word = [&](std::string_view name) {
        return document->root().text_member(name).value_or("");
    };
    say("User " + word("user_name") + ", id " + word("id"));
    say("Enrolment code, good once until " + word("enrolment_expires") + ":");
    say("  " + word("enrolment_code"));
    say("Hand it over in person. It is entered at /sign-in/code, with the user name.");
    return kDone;
}

int done(std::optional<std::string> const& answer, std::string const& what) {
    if (!answer) return kFailed;
    say(what);
    return kDone;
}

}  // namespace

int user_add(UserOptions const& options) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("user_name").string(options.name);
    write_rights(writer, options);
    writer.end_object();
    return show_code(administration_answer(options.administration, {.method = http::Method::post,
                                                                    .path = kUsersPath,
                                                                    .scope = "admin/users.write",
                                                                    .body = std::move(body)}));
}

int user_list(UserOptions const& options) {
    auto listing = all_users(options);
    if (!listing) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*std::move(listing));
    auto const users = document ? document->root().member("users") : std::nullopt;
    if (!users || !users->is_array()) return kFailed;
    for (auto const user : users->elements()) {
        auto const word = [&](std::string_view name) {
            return user.text_member(name).value_or("");
        };
        say(word("user_name") + "  " + word("status") + "  " + word("id") + "  " + word("scope") +
            words_of(user, "roles") + words_of(user, "locations"));
    }
    return kDone;
}

int user_change(UserOptions const& options) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    write_rights(writer, options);
    writer.end_object();
    return done(change(options, std::move(body)), "Changed " + options.name);
}

int user_disable(UserOptions const& options) {
    return done(change(options, R"({"status":"disabled"})"),
                options.name + " is disabled, and signed out everywhere");
}

int user_enable(UserOptions const& options) {
    return done(change(options, R"({"status":"active"})"), options.name + " may sign in again");
}

int user_enrol(UserOptions const& options) {
    return show_code(change(options, R"({"enrol":true})"));
}

int user_sign_out(UserOptions const& options) {
    return done(change(options, R"({"end_sessions":true})"),
                options.name + " is signed out everywhere");
}

}  // namespace salus::app
