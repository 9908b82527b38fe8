#include "audit_views/comma_separated.h"

#include <array>

namespace salus::audit_views {
namespace {

constexpr std::array<std::string_view, 19> kColumns{
    "index",  "time",  "event",   "phase",   "outcome",   "status",  "tenant",
    "client", "user",  "purpose", "patient", "documents", "request", "scopes",
    "policy", "rules", "reason",  "target",  "leaf_hash"};
constexpr std::array<std::string_view, 5> kDetailColumns{"address", "user_agent", "request_target",
                                                         "form", "claimed_client"};

class Line {
public:
    explicit Line(std::string& out) : out_(out) {}

    void field(std::string_view text) {
        if (!first_) out_.push_back(',');
        first_ = false;
        out_.push_back('"');
        // OWASP, "CSV Injection": what a spreadsheet would evaluate is made text.
        if (!text.empty() && std::string_view("=+-@\t\r\n").contains(text.front())) {
            out_.push_back('\'');
        }
        for (char const c : text) {
            if (c == '"') out_.push_back('"');
            out_.push_back(c);
        }
        out_.push_back('"');
    }
    void end() { out_.append("\r\n"); }

private:
    std::string& out_;
    bool first_ = true;
};

std::string_view name_of(audit::Phase phase) {
    switch (phase) {
        case audit::Phase::none: return "";
        case audit::Phase::intent: return "intent";
        case audit::Phase::outcome: return "outcome";
    }
    return "";
}

// TYPE/ADDRESS@VERSION
std::string documents_of(RecordedLeaf const& leaf) {
    std::string all;
    for (auto const& each : leaf.resources) {
        if (!all.empty()) all.push_back(' ');
        all.append(each.type).append("/").append(each.address).append("@");
        all.append(std::to_string(each.version));
    }
    return all;
}

std::string rules_of(RecordedLeaf const& leaf) {
    std::string all;
    for (auto const& rule : leaf.rules) all.append(all.empty() ? "" : "; ").append(rule);
    return all;
}

}  // namespace

void append_csv_header(std::string& out, Details details) {
    Line line(out);
    for (auto const name : kColumns) line.field(name);
    if (details == Details::shown) {
        for (auto const name : kDetailColumns) line.field(name);
    }
    line.end();
}

void append_csv_line(std::string& out, EventView const& event, Details details) {
    auto const& leaf = event.leaf;
    Line line(out);
    line.field(std::to_string(leaf.index));
    line.field(to_instant(leaf.time));
    line.field(leaf.event);
    line.field(name_of(leaf.phase));
    line.field(leaf.outcome);
    line.field(leaf.status == 0 ? std::string() : std::to_string(leaf.status));
    line.field(leaf.tenant);
    line.field(leaf.client);
    line.field(leaf.user);
    line.field(leaf.purpose);
    line.field(event.patient.empty() ? std::string_view(leaf.patient) : event.patient);
    line.field(documents_of(leaf));
    line.field(leaf.request);
    line.field(leaf.scopes);
    line.field(leaf.policy);
    line.field(rules_of(leaf));
    line.field(leaf.reason);
    line.field(leaf.target);
    line.field(to_hex(leaf.hash));
    if (details == Details::shown) {
        OpenedDetail const none;
        auto const& detail = event.detail != nullptr ? *event.detail : none;
        line.field(detail.address);
        line.field(detail.user_agent);
        line.field(detail.target);
        line.field(detail.form);
        line.field(detail.claimed_client);
    }
    line.end();
}

}  // namespace salus::audit_views
