#include "admin/policy_tests.h"

#include <vector>

#include "admin/policy_findings.h"
#include "authorization/decision_table.h"

namespace salus::admin {
namespace {

using authorization::TableReport;

struct Table {
    std::string name;
    std::string text;
};

Result<std::vector<Table>> tables_of(json::Value list) {
    if (!list.is_array()) return fail(Errc::invalid, "tables are a list");
    std::vector<Table> tables;
    for (auto const each : list.elements()) {
        auto name = each.text_member("name");
        auto text = each.text_member("text");
        if (!name || !text) return fail(Errc::invalid, "a table has a name and a text");
        tables.push_back({.name = *std::move(name), .text = *std::move(text)});
    }
    return tables;
}

request::Prepared problems_answer(std::vector<authorization::TableProblem> const& problems) {
    std::vector<PolicyFinding> findings;
    findings.reserve(problems.size());
    for (auto const& [table, message] : problems)
        findings.push_back({.table = table.empty() ? "facts" : table,
                            .position = message.position,
                            .text = message.text});
    return findings_answer(findings);
}

request::Prepared differences_answer(TableReport const& report) {
    std::vector<PolicyFinding> findings;
    findings.reserve(report.differences.size());
    for (auto const& each : report.differences)
        findings.push_back({.table = each.table,
                            .position = each.position,
                            .text = each.name + ": " + authorization::describe(each)});
    return findings_answer(findings, TestedCases{report.cases, report.differing});
}

}  // namespace

Result<TestedPolicy> test_policy(authorization::Policy const& policy, json::Value proposal) {
    auto const facts = proposal.text_member("facts");
    auto const list = proposal.member("tables");
    if (!facts && !list) return TestedPolicy{};
    if (!facts || !list) return fail(Errc::invalid, "facts and tables come together");
    SALUS_TRY(auto const tables, tables_of(*list));
    std::vector<authorization::TableText> texts;
    texts.reserve(tables.size());
    for (auto const& each : tables) texts.push_back({.name = each.name, .text = each.text});
    auto const read = authorization::DecisionTables::read(*facts, texts);
    if (!read) return TestedPolicy{.cases = 0, .refusal = problems_answer(read.error())};
    SALUS_TRY(auto const report, read->check(policy));
    if (!report.passed()) return TestedPolicy{.cases = 0, .refusal = differences_answer(report)};
    return TestedPolicy{.cases = static_cast<std::int64_t>(report.cases), .refusal = {}};
}

}  // namespace salus::admin
