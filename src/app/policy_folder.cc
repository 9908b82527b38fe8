#include "app/policy_folder.h"

#include <algorithm>
#include <fmt/format.h>

#include "authorization/decision_table.h"
#include "authorization/policy_schema.h"
#include "foundation/file.h"

namespace salus::app {
namespace {

namespace filesystem = std::filesystem;

constexpr std::size_t kPolicyFiles = 100;

using PolicyFiles = std::vector<PolicyFile>;

std::unexpected<PolicyProblems> problem(std::string text) {
    return std::unexpected(PolicyProblems{std::move(text)});
}

// In the order of their names.
std::expected<PolicyFiles, PolicyProblems> files_of(filesystem::path const& folder,
                                                    std::string_view extension,
                                                    std::size_t bytes_most) {
    std::error_code error;
    std::vector<filesystem::path> paths;
    for (auto const& entry : filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == extension) paths.push_back(entry.path());
    }
    if (error || paths.empty() || paths.size() > kPolicyFiles)
        return problem(fmt::format("{}: a folder with 1 to {} files *{} is needed", folder.string(),
                                   kPolicyFiles, extension));
    std::ranges::sort(paths);
    PolicyFiles files;
    for (auto const& path : paths) {
        auto const bytes = read_file(path, bytes_most);
        if (!bytes)
            return problem(
                fmt::format("{}: {}", path.filename().string(), bytes.error().why.text()));
        files.push_back({path.filename().string(), std::string(text_of(*bytes))});
    }
    return files;
}

std::string at(std::string_view file, cedar::Position position, std::string_view text) {
    return fmt::format("{}:{}:{}: {}", file, position.line, position.column, text);
}

// Which file a line of the joined text is in, and which of its lines: each file begins on a line of
// its own.
std::string in_file(PolicyFiles const& files, cedar::Message const& message) {
    std::size_t line = message.position.line;
    for (auto const& file : files) {
        auto const lines = static_cast<std::size_t>(std::ranges::count(file.text, '\n')) + 1;
        if (line <= lines)
            return at(file.name, {static_cast<std::uint32_t>(line), message.position.column},
                      message.text);
        line -= lines;
    }
    return message.text;
}

constexpr std::string_view kFacts = "facts.json";

}  // namespace

std::expected<authorization::Policy, PolicyProblems> read_policy_folder(
    filesystem::path const& folder) {
    auto const files = files_of(folder, ".cedar", cedar::kPolicyTextBytes);
    if (!files) return std::unexpected(files.error());
    std::string text;
    for (auto const& file : *files) text += file.text + "\n";
    auto policy = authorization::read_and_validate(std::move(text));
    if (policy) return *std::move(policy);
    PolicyProblems problems;
    for (auto const& message : policy.error()) problems.push_back(in_file(*files, message));
    return std::unexpected(std::move(problems));
}

std::expected<PolicyTables, PolicyProblems> read_policy_tables(filesystem::path const& folder) {
    auto const facts = read_file(folder / kFacts, authorization::kDecisionTableBytes);
    if (!facts) return problem(fmt::format("{}: {}", kFacts, facts.error().why.text()));
    auto tables = files_of(folder / "tests", ".json", authorization::kDecisionTableBytes);
    if (!tables) return std::unexpected(std::move(tables).error());
    return PolicyTables{.facts = std::string(text_of(*facts)), .tables = *std::move(tables)};
}

std::expected<PolicyTest, PolicyProblems> test_policy_folder(filesystem::path const& folder,
                                                             authorization::Policy const& policy) {
    auto const files = read_policy_tables(folder);
    if (!files) return std::unexpected(files.error());
    std::vector<authorization::TableText> tables;
    for (auto const& file : files->tables) tables.push_back({file.name, file.text});
    auto const report = authorization::check_tables(policy, files->facts, tables);
    if (!report) {
        PolicyProblems problems;
        for (auto const& [table, message] : report.error())
            problems.push_back(at(table.empty() ? std::string(kFacts) : "tests/" + table,
                                  message.position, message.text));
        return std::unexpected(std::move(problems));
    }
    PolicyTest test{.cases = report->cases, .differing = report->differing, .problems = {}};
    for (auto const& difference : report->differences)
        test.problems.push_back(
            at("tests/" + difference.table, difference.position,
               fmt::format("{}: {}", difference.name, authorization::describe(difference))));
    return test;
}

}  // namespace salus::app
