#include "app/policy_questions.h"

#include "app/commands.h"
#include "app/terminal.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::app {
namespace {

constexpr char const* kScope = "admin/policies.read";

std::optional<std::string> asked(PolicyOptions const& options, std::string const& path) {
    return administration_answer(options.administration,
                                 {.method = http::Method::get, .path = path, .scope = kScope});
}

void write_text(json::Writer& writer, std::string_view name, std::string const& value) {
    if (!value.empty()) writer.key(name).string(value);
}

void write_list(json::Writer& writer, std::string_view name,
                std::vector<std::string> const& values) {
    if (values.empty()) return;
    writer.key(name).begin_array();
    for (auto const& value : values) writer.string(value);
    writer.end_array();
}

void write_flag(json::Writer& writer, std::string_view name, bool value) {
    if (value) writer.key(name).boolean(true);
}

std::string question(PolicyOptions const& options) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    write_text(writer, "user", options.user);
    write_text(writer, "client", options.client);
    write_flag(writer, "person", options.person);
    write_flag(writer, "service", options.service);
    write_list(writer, "roles", options.roles);
    write_list(writer, "works_at", options.works_at);
    write_list(writer, "locations", options.locations);
    write_text(writer, "scope", options.scope);
    write_text(writer, "purpose", options.purpose);
    write_text(writer, "acr", options.acr);
    if (options.auth_age >= 0) writer.key("auth_age").integer(options.auth_age);
    write_flag(writer, "care", options.care);
    write_flag(writer, "at_work", options.at_work);
    write_flag(writer, "emergency", options.emergency);
    write_text(writer, "network", options.network);
    write_text(writer, "interaction", options.interaction);
    write_text(writer, "type", options.type);
    write_flag(writer, "own", options.own);
    write_text(writer, "function", options.function);
    write_text(writer, "access", options.access);
    writer.end_object();
    return body;
}

}  // namespace

int policy_show(PolicyOptions const& options) {
    auto answer = asked(options, "/admin/policy");
    if (!answer) return kFailed;
    if (options.json) {
        say(*answer);
        return kDone;
    }
    json::Parser parser;
    auto const document = parser.parse(*std::move(answer));
    auto const rules = document ? document->root().member("rules") : std::nullopt;
    if (!rules) return kFailed;
    say("# SHA-256 " + document->root().text_member("sha256").value_or("") + ", " +
        std::string(rules->raw()) + " rules");
    say(document->root().text_member("text").value_or(""));
    return kDone;
}

int policy_document(PolicyOptions const& options) {
    auto const answer = asked(options, "/admin/policy/document");
    if (!answer) return kFailed;
    say(*answer);
    return kDone;
}

int policy_explain(PolicyOptions const& options) {
    auto answer = administration_answer(options.administration, {.method = http::Method::post,
                                                                 .path = "/admin/policy/explain",
                                                                 .scope = kScope,
                                                                 .body = question(options)});
    if (!answer) return kFailed;
    auto const page = options.json ? *answer : explanation_page(*std::move(answer));
    if (page.empty()) return kFailed;
    say(page);
    return kDone;
}

}  // namespace salus::app
