#include "admin/policy_findings.h"

#include "admin/documents.h"
#include "json/writer.h"

namespace salus::admin {

request::Prepared findings_answer(std::vector<PolicyFinding> const& findings,
                                  std::optional<TestedCases> tested) {
    std::string text;
    json::Writer writer(text);
    auto const number = [&writer](std::string_view name, std::size_t value) {
        writer.key(name).integer(static_cast<std::int64_t>(value));
    };
    writer.begin_object();
    if (tested) {
        number("cases", tested->all);
        number("differing", tested->differing);
    }
    writer.key("findings").begin_array();
    for (auto const& each : findings) {
        writer.begin_object();
        if (!each.table.empty()) writer.key("table").string(each.table);
        number("line", each.position.line);
        number("column", each.position.column);
        writer.key("text").string(each.text).end_object();
    }
    writer.end_array().end_object();
    return json_answer(std::move(text), 422);
}

}  // namespace salus::admin
