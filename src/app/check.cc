// `salus check`: every control with evidence read and, where the instance is running, tried now.
#include <filesystem>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/control_probes.h"
#include "app/instance_client.h"
#include "app/terminal.h"
#include "keys/process_memory.h"

namespace salus::app {
namespace {

constexpr std::size_t kSmallFile = 256 * limits::kKiB;
constexpr std::size_t kWidthWithoutTerminal = 100;

http::Request get(std::string_view target, std::string const& token) {
    http::Request request;
    request.target = EphiText(std::string(target));
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    return request;
}

// A poisoned log, a lost key store: every request is refused, this command's included.
bool refuses_everything(InstanceClient& client) {
    auto const answer = client.send(get("/fhir/metadata", {}));
    return answer && answer->status == 503;
}

int say_refused(InstanceClient& client, std::string const& why) {
    if (!refuses_everything(client)) {
        say_problem("the report is refused: " + why,
                    "credentials/administrator.jwk must be the key that `salus init` made.");
        return kFailed;
    }
    say_problem(
        "AUD-2 failing: the instance refuses every request, because a safeguard (audit "
        "log, keys or store) cannot work",
        "Its operational log says which. Correct it and start the instance again.");
    return kFoundWrong;
}

// Where the running instance is reached, and tokens to reach it with. Nothing if that is not known.
std::optional<ProbeTarget> target_of(InstanceClient& client, std::filesystem::path const& directory,
                                     std::string token) {
    Layout const layout{directory};
    std::string why;
    auto const configuration = read_configuration(directory, why);
    auto const address = read_file(layout.address(), kSmallFile);
    auto const authority = read_file(layout.authority(), kSmallFile);
    if (!configuration || !address || !authority) return std::nullopt;
    std::istringstream line{std::string(text_of(*address))};
    ProbeTarget target;
    if (!(line >> target.host >> target.port)) return std::nullopt;
    target.authorities_pem = text_of(*authority);
    target.certificate = configuration->server.certificate;
    target.administrator_token = std::move(token);
    if (!std::filesystem::exists(layout.demonstration())) return target;
    auto const demonstrate = [&](std::string const& scope) {
        return client.token(layout.demonstration(), "demonstration", scope, why);
    };
    target.search_token = demonstrate("system/Observation.s");
    target.create_token = demonstrate("system/Basic.c");
    target.revocable_token = demonstrate("system/Basic.c");
    return target;
}

TableStyle style_of_terminal() {
    TableStyle style{.width = kWidthWithoutTerminal, .colours = TableStyle::Colours::no};
    if (::isatty(STDOUT_FILENO) != 1) return style;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        style.width = size.ws_col;
    }
    // https://no-color.org
    if (std::getenv("NO_COLOR") == nullptr) style.colours = TableStyle::Colours::yes;
    return style;
}

void show(std::vector<ShownControl> const& controls, CheckFormat format) {
    if (format == CheckFormat::json) {
        say(control_json(controls));
        return;
    }
    auto table = control_table(controls, style_of_terminal());
    table.pop_back();  // say() ends the line
    say(table);
}

}  // namespace

int check(CheckOptions const& options) {
    // If the instance is stopped, this process opens its keys (KEY-5).
    if (!keys::harden_process()) {
        say_problem("the kernel refuses to protect the process's memory");
        return kFailed;
    }
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    Layout const layout{options.directory};
    auto token = client->token(layout.administrator(), "administrator", "admin/check.read", why);
    if (token.empty()) return say_refused(*client, why);
    auto answer = client->send(get("/admin/check", token));
    if (!answer) return say_refused(*client, std::string(answer.error().why.text()));
    if (answer->status != 200) {
        return say_refused(*client, "status " + std::to_string(answer->status));
    }
    auto controls = read_report(CommandLine::text(std::move(answer->body)));
    if (!controls) {
        say_problem(controls.error().why.text());
        return kFailed;
    }
    if (!client->running()) {
        say_problem("the instance is stopped: evidence from inside only, nothing is probed");
    } else if (auto const target = target_of(*client, options.directory, std::move(token))) {
        add_probes(probe_listener(*target), *controls);
    } else {
        say_problem("the listener's address is not known: nothing is probed");
    }
    show(*controls, options.format);
    return count_states(*controls).back() == 0 ? kDone : kFoundWrong;
}

}  // namespace salus::app
