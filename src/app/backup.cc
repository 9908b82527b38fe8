// `salus backup`: asks the instance for a backup of itself, and waits for it.
#include <thread>

#include "app/backup_plan.h"
#include "app/backup_report.h"
#include "app/command_line.h"
#include "app/commands.h"
#include "app/instance_client.h"
#include "app/terminal.h"
#include "backup/prune.h"
#include "json/writer.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kFirstWait = 50ms;
constexpr auto kLongestWait = 1s;
constexpr auto kTokenUse = limits::kAccessTokenLife / 2;

struct Places {
    std::filesystem::path to;
    std::filesystem::path keys_to;
};

// Those of the command line, or of the configuration. Nothing, and said, without any.
std::optional<Places> places_of(BackupOptions const& options, Configuration const& configuration) {
    auto const chosen = [](std::filesystem::path const& asked,
                           std::filesystem::path const& configured) {
        return asked.empty() ? configured : std::filesystem::absolute(asked);
    };
    Places places{chosen(options.to, configuration.backup.target),
                  chosen(options.keys_to, configuration.backup.keys_target)};
    if (!places.to.empty() && !places.keys_to.empty()) return places;
    say_problem("a backup needs two places",
                "Name them with --to and --keys-to, or in [backup] of salus.toml.");
    return std::nullopt;
}

// A directory that is new or empty becomes a repository: whoever can do this may write there.
bool prepare(std::filesystem::path const& directory, backup::Part part, std::string const& realm) {
    auto const opened = backup::Repository::open(directory, part);
    if (opened && opened->realm() == realm) return true;
    if (opened) {
        say_problem(directory.string() + ": holds the backups of another instance");
        return false;
    }
    auto const made = opened.error().code == Errc::not_found
                          ? backup::Repository::create(directory, part, realm)
                          : Result<void>(fail(opened.error()));
    if (!made) say_problem(directory.string() + ": " + std::string(made.error().why.text()));
    return made.has_value();
}

// Requests to /admin/backups, with a token that is replaced in time.
class BackupRequests {
public:
    BackupRequests(InstanceClient& client, BackupOptions const& options)
        : client_(client), options_(options) {}

    // The answer's text, if it has this status; otherwise nothing, and said.
    std::optional<std::string> send(http::Method method, std::string body, int expected) {
        if (!refresh_token()) return std::nullopt;
        http::Request request;
        request.method = method;
        request.target = EphiText("/admin/backups");
        request.headers.set("Authorization", "Bearer " + token_);
        if (!body.empty()) {
            request.headers.set("Content-Type", "application/json");
            request.body = EphiText(std::move(body));
        }
        auto response = client_.send(std::move(request));
        if (!response) {
            say_problem("no answer: " + std::string(response.error().why.text()));
            return std::nullopt;
        }
        auto text = CommandLine::text(std::move(response->body));
        if (response->status == expected) return text;
        say_problem("the backup was refused: " + text);
        return std::nullopt;
    }

private:
    bool refresh_token() {
        auto const now = std::chrono::steady_clock::now();
        if (!token_.empty() && now - since_ < kTokenUse) return true;
        auto const key = options_.key_file.empty() ? Layout{options_.directory}.administrator()
                                                   : options_.key_file;
        std::string why;
        token_ = client_.token(key, options_.client, "admin/backups.read admin/backups.write", why);
        since_ = now;
        if (token_.empty()) {
            say_problem("no token for " + options_.client + ": " + why,
                        "Its client needs the scopes admin/backups.read and admin/backups.write.");
        }
        return !token_.empty();
    }

    InstanceClient& client_;
    BackupOptions const& options_;
    std::string token_;
    std::chrono::steady_clock::time_point since_;
};

int wait_for_the_end(BackupRequests& requests) {
    std::chrono::milliseconds wait = kFirstWait;
    json::Parser parser;
    while (true) {
        std::this_thread::sleep_for(wait);
        wait = std::min<std::chrono::milliseconds>(wait * 2, kLongestWait);
        auto const answer = requests.send(http::Method::get, {}, 200);
        auto const document = answer ? parser.parse(*answer)
                                     : Result<json::Document>(fail(Errc::internal, "no answer"));
        if (!document) return kFailed;
        auto const state = document->root().text_member("state").value_or("");
        if (state == "running") continue;
        if (state == "made") {
            for (auto const& line : describe_backup_made(document->root())) say(line);
            return kDone;
        }
        say_problem("no backup was made: " + document->root().text_member("why").value_or(state),
                    "The backups before it are as they were.");
        return kFailed;
    }
}

int prune_part(std::filesystem::path const& directory, backup::Part part, std::size_t keep) {
    auto repository = backup::Repository::open(directory, part);
    auto const pruned = repository ? backup::prune(*repository, keep)
                                   : Result<backup::Pruned>(fail(repository.error()));
    if (!pruned) {
        say_problem(directory.string() + ": " + std::string(pruned.error().why.text()));
        return kFailed;
    }
    say(directory.string() + ": removed " + std::to_string(pruned->backups) + " backups, kept " +
        std::to_string(pruned->kept) + "; " + std::to_string(pruned->removed.blocks) + " blocks, " +
        std::to_string(pruned->removed.bytes) + " bytes freed");
    return kDone;
}

}  // namespace

int backup_make(BackupOptions const& options) {
    std::string why;
    auto const configuration = read_configuration(options.directory, why);
    if (!configuration) {
        say_problem(why);
        return kFailed;
    }
    auto const places = places_of(options, *configuration);
    if (!places) return kUsage;
    if (auto const apart = check_places(options.directory, places->to, places->keys_to); !apart) {
        say_problem(apart.error().why.text());
        return kUsage;
    }
    if (!prepare(places->to, backup::Part::data, configuration->realm) ||
        !prepare(places->keys_to, backup::Part::keys, configuration->realm)) {
        return kFailed;
    }
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    BackupRequests requests(*client, options);
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("to").string(places->to.string());
    writer.key("keys_to").string(places->keys_to.string()).end_object();
    if (!requests.send(http::Method::post, std::move(body), 202)) return kFailed;
    return wait_for_the_end(requests);
}

int backup_prune(BackupOptions const& options) {
    if (options.to.empty() || options.keys_to.empty()) {
        say_problem("name both places with --to and --keys-to");
        return kUsage;
    }
    auto const keep_keys =
        options.keep_keys == 0 ? options.keep : std::min(options.keep, options.keep_keys);
    auto const data = prune_part(options.to, backup::Part::data, options.keep);
    auto const keys = prune_part(options.keys_to, backup::Part::keys, keep_keys);
    return std::max(data, keys);
}

}  // namespace salus::app
