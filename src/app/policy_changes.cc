#include "app/policy_changes.h"

#include <fmt/format.h>

#include "app/commands.h"
#include "app/policy_folder.h"
#include "app/terminal.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::app {
namespace {

constexpr char const* kReads = "admin/policies.read";
constexpr char const* kWrites = "admin/policies.write";
constexpr char const* kVersionsPath = "/admin/policy/versions";

std::optional<std::string> ask(PolicyChangeOptions const& options, http::Method method,
                               std::string const& below, std::string body = {}) {
    bool const writes = below.ends_with("approve") || below.ends_with("activate") ||
                        method == http::Method::remove || (below.empty() && !body.empty());
    return administration_answer(options.administration, {.method = method,
                                                          .path = kVersionsPath + below,
                                                          .scope = writes ? kWrites : kReads,
                                                          .body = std::move(body)});
}

std::string below(PolicyChangeOptions const& options, std::string const& step = {}) {
    return "/" + std::to_string(options.version) + step;
}

void write_tables(json::Writer& writer, PolicyTables const& tables) {
    writer.key("facts").string(tables.facts).key("tables").begin_array();
    for (auto const& each : tables.tables) {
        writer.begin_object().key("name").string(each.name);
        writer.key("text").string(each.text).end_object();
    }
    writer.end_array();
}

std::optional<std::string> refused(PolicyProblems const& problems) {
    for (auto const& each : problems) say_problem(each);
    return std::nullopt;
}

std::optional<std::string> proposal(PolicyChangeOptions const& options) {
    auto const policy = read_policy_folder(options.folder);
    if (!policy) return refused(policy.error());
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("reason").string(options.reason).key("text").string(policy->text());
    std::error_code error;
    if (std::filesystem::exists(options.folder / "facts.json", error)) {
        auto const tables = read_policy_tables(options.folder);
        if (!tables) return refused(tables.error());
        write_tables(writer, *tables);
    }
    writer.end_object();
    return body;
}

std::string raw_number_in(json::Value object, std::string_view name) {
    auto const member = object.member(name);
    return member ? std::string(member->raw()) : std::string();
}

// "version 3, proposed, 319 cases, SHA-256 ...: why"
std::string line_of(json::Value version) {
    auto const text = [&](char const* name) { return version.text_member(name).value_or(""); };
    auto const approvals = version.member("approvals");
    return fmt::format("version {}: {}, {} approvals, {} cases, SHA-256 {}: {}",
                       raw_number_in(version, "number"), text("phase"),
                       approvals ? approvals->size() : 0, raw_number_in(version, "cases"),
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
    if (raw_number_in(document->root(), "in_force") == "0")
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
