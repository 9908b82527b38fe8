#include "app/administration.h"

#include "app/command_line.h"
#include "app/instance_client.h"
#include "app/terminal.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::app {

namespace {

constexpr std::size_t kTokenBytes = 16 * limits::kKiB;

// Empty, and said why: there is none.
std::string token_for(AdministrationOptions const& options, InstanceClient& client,
                      std::string const& scope) {
    if (!options.token_file.empty()) {
        auto const bytes = read_file(options.token_file, kTokenBytes);
        if (!bytes) say_problem("the token: " + std::string(bytes.error().why.text()));
        std::string token(bytes ? text_of(*bytes) : std::string_view());
        while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
        return token;
    }
    std::string why;
    auto const key =
        options.key_file.empty() ? Layout{options.directory}.administrator() : options.key_file;
    auto token = client.token(key, options.client, scope, why, options.tenant);
    if (token.empty()) say_problem("no token for " + options.client + ": " + why);
    return token;
}

}  // namespace

std::optional<std::string> administration_answer(AdministrationOptions const& options,
                                                 AdministrationCall call) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return std::nullopt;
    }
    auto const token = token_for(options, *client, call.scope);
    if (token.empty()) return std::nullopt;
    http::Request request;
    request.method = call.method;
    request.target = EphiText(InstanceClient::path_of(options.tenant) + call.path);
    request.headers.set("Authorization", "Bearer " + token);
    if (!call.body.empty()) {
        request.headers.set("Content-Type", call.content_type);
        request.body = EphiText(std::move(call.body));
    }
    auto response = client->send(std::move(request));
    if (!response) {
        say_problem("no answer: " + std::string(response.error().why.text()));
        return std::nullopt;
    }
    auto text = CommandLine::text(std::move(response->body));
    if (response->status < 300) return text;
    say_problem("it was refused: " + text);
    return std::nullopt;
}

}  // namespace salus::app
