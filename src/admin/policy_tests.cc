#include "admin/policy_tests.h"

#include <vector>

#include "admin/documents.h"
#include "authorization/decision_table.h"
#include "json/writer.h"

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
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("findings").begin_array();
    for (auto const& each : problems) {
        writer.begin_object().key("table").string(each.table.empty() ? "facts" : each.table);
        auto const& position = each.message.position;
        writer.key("line").integer(static_cast<std::int64_t>(position.line));
        writer.key("column").integer(static_cast<std::int64_t>(position.column));
        writer.key("text").string(each.message.text).end_object();
    }
    writer.end_array().end_object();
    return json_answer(std::move(text), 422);
}

request::Prepared differences_answer(TableReport const& report) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("cases").integer(static_cast<std::int64_t>(report.cases));
    writer.key("differing").integer(static_cast<std::int64_t>(report.differing));
    writer.key("findings").begin_array();
    for (auto const& each : report.differences) {
        writer.begin_object().key("table").string(each.table);
        writer.key("line").integer(static_cast<std::int64_t>(each.position.line));
        writer.key("column").integer(static_cast<std::int64_t>(each.position.column));
        writer.key("text").string(each.name + ": " + authorization::describe(each)).end_object();
    }
    writer.end_array().end_object();
    return json_answer(std::move(text), 422);
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
