#include "app/admin_call.h"

#include "app/command_line.h"
#include "app/instance_client.h"
#include "app/terminal.h"

namespace salus::app {

std::optional<std::string> answer_to(AdminOptions const& options, AdminCall call) {
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
    request.target = EphiText(InstanceClient::path_of(options.tenant) + "/admin" + call.path);
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
    if (response->status == 200) return text;
    say_problem("it was refused: " + text);
    return std::nullopt;
}

}  // namespace salus::app
