#include "app/policy_changes.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "app/commands.h"
#include "app/terminal.h"
#include "cedar/policy_set.h"
#include "foundation/file.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::app {
namespace {

namespace filesystem = std::filesystem;

constexpr char const* kReads = "admin/policies.read";
constexpr char const* kWrites = "admin/policies.write";
constexpr char const* kPath = "/admin/policy/versions";

std::optional<std::string> ask(PolicyChangeOptions const& options, http::Method method,
                               std::string const& below, std::string body = {}) {
    bool const writes = below.ends_with("approve") || below.ends_with("activate") ||
                        method == http::Method::remove || (below.empty() && !body.empty());
    return administration_answer(options.administration, {.method = method,
                                                          .path = kPath + below,
                                                          .scope = writes ? kWrites : kReads,
                                                          .body = std::move(body)});
}

std::string below(PolicyChangeOptions const& options, std::string const& step = {}) {
    return "/" + std::to_string(options.version) + step;
}

// In the order of their names.
std::optional<std::vector<filesystem::path>> files_in(filesystem::path const& folder,
                                                      std::string_view extension) {
    std::error_code error;
    std::vector<filesystem::path> paths;
    for (auto const& entry : filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == extension) paths.push_back(entry.path());
    }
    if (error) return std::nullopt;
    std::ranges::sort(paths);
    return paths;
}

std::optional<std::string> text_at(filesystem::path const& path) {
    auto const bytes = read_file(path, cedar::kPolicyTextBytes);
    if (!bytes) {
        say_problem(path.string() + ": " + std::string(bytes.error().why.text()));
        return std::nullopt;
    }
    return std::string(text_of(*bytes));
}

bool write_tables(json::Writer& writer, filesystem::path const& folder) {
    std::error_code error;
    if (!filesystem::exists(folder / "facts.json", error)) return true;
    auto const facts = text_at(folder / "facts.json");
    auto const tables = files_in(folder / "tests", ".json");
    if (!facts || !tables) return false;
    writer.key("facts").string(*facts).key("tables").begin_array();
    for (auto const& each : *tables) {
        auto const text = text_at(each);
        if (!text) return false;
        writer.begin_object().key("name").string(each.filename().string());
        writer.key("text").string(*text).end_object();
    }
    writer.end_array();
    return true;
}

std::optional<std::string> proposal(PolicyChangeOptions const& options) {
    auto const paths = files_in(options.folder, ".cedar");
    if (!paths || paths->empty()) {
        say_problem(options.folder.string() + " has no files *.cedar");
        return std::nullopt;
    }
    std::string rules;
    for (auto const& each : *paths) {
        auto const text = text_at(each);
        if (!text) return std::nullopt;
        rules += *text + "\n";
    }
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("reason").string(options.reason).key("text").string(rules);
    if (!write_tables(writer, options.folder)) return std::nullopt;
    writer.end_object();
    return body;
}

std::string number_in(json::Value object, std::string_view name) {
    auto const member = object.member(name);
    return member ? std::string(member->raw()) : std::string();
}

// "version 3, proposed, 319 cases, SHA-256 ...: why"
std::string line_of(json::Value version) {
    auto const text = [&](char const* name) { return version.text_member(name).value_or(""); };
    auto const approvals = version.member("approvals");
    return fmt::format("version {}: {}, {} approvals, {} cases, SHA-256 {}: {}",
                       number_in(version, "number"), text("phase"),
                       approvals ? approvals->size() : 0, number_in(version, "cases"),
                       text("sha256"), text("reason"));
}

int say_version(std::optional<std::string> answer) {
    if (!answer) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*std::move(answer));
    if (!document) return kFailed;
    say(line_of(document->root()));
    return kDone;
}

// What is decided about is named by its hash, as it stands in the store now.
int decide_about(PolicyChangeOptions const& options, std::string const& step) {
    auto shown = ask(options, http::Method::get, below(options));
    if (!shown) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*std::move(shown));
    if (!document) return kFailed;
    say("text has SHA-256 " + document->root().text_member("sha256").value_or(""));
    std::string body;
    json::Writer(body)
        .begin_object()
        .key("sha256")
        .string(document->root().text_member("sha256").value_or(""))
        .end_object();
    return say_version(ask(options, http::Method::post, below(options, step), std::move(body)));
}

}  // namespace

int policy_propose(PolicyChangeOptions const& options) {
    auto body = proposal(options);
    if (!body) return kFailed;
    return say_version(ask(options, http::Method::post, "", *std::move(body)));
}

int policy_versions(PolicyChangeOptions const& options) {
    auto answer = ask(options, http::Method::get, "");
    if (!answer) return kFailed;
    if (options.json) {
        say(*answer);
        return kDone;
    }
    json::Parser parser;
    auto const document = parser.parse(*std::move(answer));
    auto const versions = document ? document->root().member("versions") : std::nullopt;
    if (!versions) return kFailed;
    if (number_in(document->root(), "in_force") == "0")
        say("in force: the policy of the configuration");
    for (auto const each : versions->elements()) say(line_of(each));
    return kDone;
}

int policy_version(PolicyChangeOptions const& options) {
    auto answer = ask(options, http::Method::get, below(options));
    if (!answer) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*std::move(answer));
    if (!document) return kFailed;
    say("// " + line_of(document->root()));
    say(document->root().text_member("text").value_or(""));
    return kDone;
}

int policy_replay(PolicyChangeOptions const& options) {
    auto const answer = ask(options, http::Method::post, below(options, "/replay"),
                            fmt::format("{{\"days\":{}}}", options.days));
    if (!answer) return kFailed;
    say(*answer);
    return kDone;
}

int policy_approve(PolicyChangeOptions const& options) {
    return decide_about(options, "/approve");
}

int policy_activate(PolicyChangeOptions const& options) {
    return decide_about(options, "/activate");
}

int policy_withdraw(PolicyChangeOptions const& options) {
    return say_version(ask(options, http::Method::remove, below(options)));
}

}  // namespace salus::app
