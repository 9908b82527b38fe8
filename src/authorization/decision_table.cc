#include "authorization/decision_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "authorization/decision_case.h"
#include "json/document.h"

namespace salus::authorization {
namespace {

using Problems = std::vector<TableProblem>;

constexpr json::ParseLimits kTableLimits{.depth = 16, .nodes = 200'000};

struct NamedCase {
    std::string table;
    cedar::Position position;
    DecisionCase decided;
};

void move_to(Problems& problems, std::string_view table, TableComplaints const& complaints) {
    for (auto const& message : complaints.messages()) {
        if (problems.size() < kTableProblemsMost) problems.push_back({std::string(table), message});
    }
}

DecisionFacts read_base(std::string_view text, Problems& problems) {
    DecisionFacts facts;
    TableComplaints complaints(text);
    json::Parser parser(kTableLimits);
    auto const document = parser.parse(std::string(text));
    if (!document) {
        complaints.add({{}, std::string(document.error().why.text())});
    } else if (auto const root = document->root(); !root.is_object()) {
        complaints.add(root, "facts are an object");
    } else {
        FactChanges changes;
        for (auto const member : root.members()) {
            if (auto problem = read_facts(member.name(), member.value, changes))
                complaints.add(problem->at, member.name() + ": " + problem->text);
        }
        for (auto const& change : changes) facts.apply(change);
        auto missing = facts.missing();
        if (missing && complaints.messages().empty()) complaints.add(root, *std::move(missing));
    }
    move_to(problems, "", complaints);
    return facts;
}

void read_cases(json::Value root, std::string_view table, TableComplaints& complaints,
                std::vector<NamedCase>& cases) {
    auto const list = root.member("cases");
    if (!root.is_object() || !list || !list->is_array()) {
        complaints.add(root, "a table is an object with a list of cases");
        return;
    }
    for (auto const member : root.members()) {
        if (!member.is_named("cases") && !member.is_named("about"))
            complaints.add(member.key, "a table has no such member");
        if (member.is_named("about") && !member.value.is_string())
            complaints.add(member.value, "about is a text");
    }
    if (list->size() == 0) complaints.add(*list, "a table has cases");
    std::set<std::string> names;
    for (auto const each : list->elements()) {
        if (cases.size() >= kDecisionCasesMost) {
            complaints.add(each, "there are too many cases");
            return;
        }
        auto read = DecisionCase::read(each, complaints);
        if (!names.insert(read.name()).second)
            complaints.add(each, "another case of this table has this name");
        cases.push_back({std::string(table), complaints.position_of(each), std::move(read)});
    }
}

void read_table(TableText const& table, std::vector<NamedCase>& cases, Problems& problems) {
    TableComplaints complaints(table.text);
    json::Parser parser(kTableLimits);
    auto const document = parser.parse(std::string(table.text));
    if (document)
        read_cases(document->root(), table.name, complaints, cases);
    else
        complaints.add({{}, std::string(document.error().why.text())});
    move_to(problems, table.name, complaints);
}

std::string joined(std::vector<std::string> const& words) {
    return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

std::string spelled(request::AllowedElements const& elements) {
    return elements.all ? "*" : joined(elements.names);
}

void add_part(std::string& line, std::string_view what, std::string const& expected,
              std::string const& got) {
    if (expected == got) return;
    line += fmt::format("{}{}: {} expected, {} came out", line.empty() ? "" : "; ", what, expected,
                        got);
}

}  // namespace

struct DecisionTables::Content {
    DecisionFacts facts;
    std::vector<NamedCase> cases;
};

std::string describe(Difference const& difference) {
    auto const& expected = difference.expected;
    auto const& got = difference.got;
    std::string line;
    add_part(line, "decision", expected.allowed ? "allow" : "deny", got.allowed ? "allow" : "deny");
    add_part(line, "rules", joined(expected.rules), joined(got.rules));
    add_part(line, "erring", joined(expected.erring), joined(got.erring));
    if (expected.allowed && got.allowed) {
        add_part(line, "elements", spelled(expected.elements), spelled(got.elements));
        add_part(line, "redacted", joined(expected.redacted), joined(got.redacted));
        add_part(line, "duties", joined(expected.duties), joined(got.duties));
    }
    if (!difference.leaving.empty())
        line +=
            fmt::format("{}not withheld: {}", line.empty() ? "" : "; ", joined(difference.leaving));
    return line;
}

std::expected<DecisionTables, Problems> DecisionTables::read(std::string_view facts,
                                                             std::span<TableText const> tables) {
    auto bytes = facts.size();
    for (auto const& table : tables) bytes += table.text.size();
    if (bytes > kDecisionTableBytes)
        return std::unexpected(Problems{{"", {{}, "facts and tables are more than 1 MiB"}}});
    if (tables.empty()) return std::unexpected(Problems{{"", {{}, "there is no table"}}});
    Problems problems;
    Content content{.facts = read_base(facts, problems), .cases = {}};
    for (auto const& table : tables) read_table(table, content.cases, problems);
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return DecisionTables(std::make_shared<Content const>(std::move(content)));
}

std::size_t DecisionTables::size() const noexcept {
    return content_->cases.size();
}

Result<TableReport> DecisionTables::check(Policy const& policy) const {
    if (policy.text().size() > kDecisionWork / std::max<std::size_t>(size(), 1))
        return fail(Errc::too_large, "too many cases for so long a policy");
    TableReport report{.cases = size(), .differing = 0, .differences = {}};
    cedar::Response memory;
    for (auto const& [table, position, decided] : content_->cases) {
        auto got = decided.decide(policy, content_->facts, memory);
        Difference difference{.table = table,
                              .position = position,
                              .name = decided.name(),
                              .expected = decided.expected(),
                              .got = std::move(got),
                              .leaving = {}};
        difference.leaving = decided.leaving(difference.got);
        if (describe(difference).empty()) continue;
        ++report.differing;
        if (report.differences.size() < kDifferencesMost)
            report.differences.push_back(std::move(difference));
    }
    return report;
}

std::expected<TableReport, Problems> check_tables(Policy const& policy, std::string_view facts,
                                                  std::span<TableText const> tables) {
    auto const read = DecisionTables::read(facts, tables);
    if (!read) return std::unexpected(read.error());
    auto report = read->check(policy);
    if (!report)
        return std::unexpected(Problems{{"", {{}, std::string(report.error().why.text())}}});
    return *std::move(report);
}

}  // namespace salus::authorization
