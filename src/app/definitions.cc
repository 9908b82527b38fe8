#include "app/command_line.h"
#include "app/commands.h"
#include "app/instance_client.h"
#include "app/terminal.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

struct Call {
    http::Method method;
    std::string path;  // below /admin/definitions
    std::string scope;
    std::string body{};
};

// The instance's answer as text; nothing, and said, if it refused.
std::optional<std::string> answer_to(DefinitionsOptions const& options, Call call) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return std::nullopt;
    }
    auto const key =
        options.key_file.empty() ? Layout{options.directory}.administrator() : options.key_file;
    auto const token = client->token(key, options.client, call.scope, why, options.tenant);
    if (token.empty()) {
        say_problem("no token for " + options.client + ": " + why);
        return std::nullopt;
    }
    http::Request request;
    request.method = call.method;
    request.target =
        EphiText(InstanceClient::path_of(options.tenant) + "/admin/definitions" + call.path);
    request.headers.set("Authorization", "Bearer " + token);
    if (!call.body.empty()) {
        request.headers.set("Content-Type", "application/gzip");
        request.body = EphiText(std::move(call.body));
    }
    auto response = client->send(std::move(request));
    if (!response) {
        say_problem("no answer: " + std::string(response.error().why.text()));
        return std::nullopt;
    }
    auto text = CommandLine::text(std::move(response->body));
    if (response->status == 200) return text;
    say_problem("it was refused: " + text);
    return std::nullopt;
}

int show(std::optional<std::string> const& listing) {
    if (!listing) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*listing);
    auto const packages = document ? document->root().member("packages") : std::nullopt;
    if (!packages || !packages->is_array()) return kFailed;
    for (auto const each : packages->elements()) say(each.text());
    auto const warnings = document->root().member("warnings");
    if (!warnings || !warnings->is_array()) return kDone;
    for (auto const each : warnings->elements()) say_problem("warning: " + each.text());
    return kDone;
}

}  // namespace

int definitions_load(DefinitionsOptions const& options) {
    auto const archive = read_file(options.package_file, limits::kPackageBytes);
    if (!archive) {
        say_problem(options.package_file.string() + ": " + std::string(archive.error().why.text()));
        return kFailed;
    }
    return show(answer_to(options, {.method = http::Method::post,
                                    .path = "",
                                    .scope = "admin/definitions.write",
                                    .body = std::string(text_of(*archive))}));
}

int definitions_list(DefinitionsOptions const& options) {
    return show(answer_to(
        options, {.method = http::Method::get, .path = "", .scope = "admin/definitions.read"}));
}

int definitions_remove(DefinitionsOptions const& options) {
    return show(answer_to(options, {.method = http::Method::remove,
                                    .path = "/" + options.package,
                                    .scope = "admin/definitions.write"}));
}

}  // namespace salus::app
