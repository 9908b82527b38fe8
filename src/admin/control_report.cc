#include "admin/control_report.h"

#include "admin/documents.h"
#include "json/writer.h"

namespace salus::admin {

Literal name_of(ControlState state) noexcept {
    switch (state) {
        case ControlState::enforced: return "enforced";
        case ControlState::partly: return "partly";
        case ControlState::not_yet: return "not yet";
        case ControlState::failing: return "failing";
    }
    return "failing";
}

request::Prepared control_check(ControlReport const& report) {
    std::string body = R"({"controls":[)";
    for (auto const& line : report.read()) {
        if (!body.ends_with('[')) body.push_back(',');
        body.append(R"({"id":)");
        json::append_quoted(body, line.id.text());
        body.append(R"(,"title":)");
        json::append_quoted(body, line.title.text());
        body.append(R"(,"state":)");
        json::append_quoted(body, name_of(line.state).text());
        body.append(R"(,"evidence":)");
        json::append_quoted(body, line.evidence);
        body.push_back('}');
    }
    return json_answer(body + "]}");
}

}  // namespace salus::admin
