#include "audit_views/report_lines.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace salus::audit_views {
namespace {

struct Purpose {
    Literal code;  // HL7 v3 PurposeOfUse
    Literal words;
    bool exempt;  // 164.528(a)(1)(i), (ii)
};
constexpr auto kPurposes = std::to_array<Purpose>({
    {"TREAT", "treatment", true},
    {"ETREAT", "emergency treatment", true},
    {"HPAYMT", "payment", true},
    {"HOPERAT", "health care operations", true},
    {"PATRQT", "request of the patient", true},
    {"HRESCH", "research", false},
    {"PUBHLTH", "public health", false},
    {"SYSADMIN", "system administration", false},
});

Purpose const* find_purpose(std::string_view code) {
    auto const* found = std::ranges::find_if(
        kPurposes, [&](Purpose const& purpose) { return purpose.code.text() == code; });
    return found == kPurposes.end() ? nullptr : found;
}

std::string words_for_purpose(std::string const& code) {
    if (code.empty()) return "not stated";
    auto const* purpose = find_purpose(code);
    return purpose == nullptr ? code : std::string(purpose->words.text());
}

// What gives somebody something to see.
bool discloses(std::string_view event) {
    static constexpr std::array<std::string_view, 7> kEvents{
        "read", "vread", "search", "history", "everything", "meta", "export"};
    return std::ranges::find(kEvents, event) != kEvents.end();
}

std::string words_for_outcome(RecordedLeaf const& leaf) {
    if (leaf.outcome == "ok") return "done";
    return leaf.outcome == "denied" ? "refused" : "failed";
}

}  // namespace

bool is_reported(ReportKind kind, Exempt exempt, RecordedLeaf const& leaf) {
    if (leaf.phase == audit::Phase::intent) return false;
    if (kind == ReportKind::access) return !leaf.request.empty();
    if (!discloses(leaf.event) || leaf.outcome != "ok") return false;
    auto const* purpose = find_purpose(leaf.purpose);
    return exempt == Exempt::included || purpose == nullptr || !purpose->exempt;
}

std::vector<ReportLine> lines_of(PatientReport const& report) {
    using Key = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<Key, std::size_t> places;
    std::vector<ReportLine> lines;
    for (std::size_t i = 0; i < report.events.size(); ++i) {
        auto const& leaf = report.events[i].leaf;
        // Acts are told apart where each access counts; disclosures are of one kind.
        auto const act = report.kind == ReportKind::access ? leaf.event : std::string();
        auto const [place, is_new] =
            places.try_emplace(Key{leaf.client, leaf.purpose, leaf.outcome, act}, lines.size());
        if (is_new) {
            lines.push_back(
                {.recipient = leaf.client.empty() ? "somebody without a valid token" : leaf.client,
                 .purpose = words_for_purpose(leaf.purpose),
                 .outcome =
                     act.empty() ? words_for_outcome(leaf) : act + ", " + words_for_outcome(leaf),
                 .first = leaf.time,
                 .last = leaf.time,
                 .what = {},
                 .events = {}});
        }
        auto& line = lines[place->second];
        line.last = leaf.time;
        line.events.push_back(i);
        for (auto const& resource : leaf.resources) ++line.what[resource.type];
    }
    return lines;
}

std::string describe(std::map<std::string, std::size_t> const& what) {
    std::string text;
    for (auto const& [type, count] : what) {
        text.append(text.empty() ? "" : ", ").append(std::to_string(count)).append(" ");
        text.append(type);
    }
    return text.empty() ? "no records" : text;
}

Literal title_of(ReportKind kind) noexcept {
    return kind == ReportKind::access ? Literal("Access report")
                                      : Literal("Accounting of disclosures");
}

}  // namespace salus::audit_views
