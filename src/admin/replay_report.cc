#include "admin/replay_report.h"

#include <algorithm>

#include "json/writer.h"

namespace salus::admin {
namespace {

using audit_views::RecordedLeaf;
using authorization::Decision;
using authorization::RecordedDecision;

constexpr std::size_t kGroupsShown = 500;    // of each kind of change
constexpr std::size_t kGroupsKept = 20'000;  // told apart in memory; some 1 KiB each
constexpr std::string_view kScopeRule = "scope:";

struct Assumption {
    Literal fact;
    Literal assumed;
};
constexpr std::array kAssumptions{
    Assumption{"roles", "as they are stored now"},
    Assumption{"sign_in", "a moment ago, with a passkey (acr phr)"},
    Assumption{"network", "internal, of no country, with a good reputation"},
    Assumption{"device", "managed and encrypted, as the app says"},
    Assumption{"recent_behaviour", "no request before this one"},
    Assumption{"emergency", "declared wherever the purpose is ETREAT"},
    Assumption{"labels", "none on any record, and none that the codes in one imply"},
    Assumption{"authored", "no record by who asks"},
    Assumption{"represented", "nobody: the log does not tell of proxies"},
    Assumption{"consented", "no label: consents of then are not looked at"},
    Assumption{"location", "of who asks, as stored now; of a record, where most is permitted"},
    Assumption{"care", "as the recorded decision tells, where it does; else both were tried"},
    Assumption{"search", "by nothing that is withheld, and without includes"},
};

void write_texts(json::Writer& writer, std::string_view name,
                 std::vector<std::string> const& texts) {
    writer.key(name).begin_array();
    for (auto const& text : texts) writer.string(text);
    writer.end_array();
}

bool has_reach(Decision const& decision, request::Interaction interaction) {
    using request::Interaction;
    bool const wide = interaction == Interaction::search_type ||
                      interaction == Interaction::history_type ||
                      interaction == Interaction::history_system;
    return decision.allowed && wide;
}

void write_decided(json::Writer& writer, std::string_view name, Decision const& decision,
                   request::Interaction interaction) {
    writer.key(name).begin_object().key("allowed").boolean(decision.allowed);
    if (!decision.allowed) writer.key("why").string(decision.why.text());
    if (has_reach(decision, interaction)) {
        bool const all = decision.reach == request::Reach::population;
        writer.key("reach").string(all ? "population" : "named");
    }
    // Scopes are the caller's, the same before and after.
    writer.key("rules").begin_array();
    for (auto const& rule : decision.rules) {
        if (!rule.text().starts_with(kScopeRule)) writer.string(rule.text());
    }
    writer.end_array().end_object();
}

std::string group_text(RecordedLeaf const& leaf, RecordedDecision const& decision,
                       Comparison const& comparison) {
    using authorization::RecordedVerdict;
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("client").string(leaf.client);
    if (!leaf.user.empty()) writer.key("user").string(leaf.user);
    writer.key("interaction").string(request::name_of(decision.interaction).text());
    if (!decision.type.empty()) writer.key("type").string(decision.type);
    writer.key("purpose").string(leaf.purpose);
    bool const permitted = decision.verdict == RecordedVerdict::permitted;
    writer.key("recorded").string(permitted ? "permitted" : "refused");
    write_decided(writer, "before", comparison.before, decision.interaction);
    write_decided(writer, "after", comparison.after, decision.interaction);
    if (comparison.otherwise)
        write_decided(writer, "after_otherwise", *comparison.otherwise, decision.interaction);
    write_texts(writer, "fields_gained", comparison.fields_gained);
    write_texts(writer, "fields_lost", comparison.fields_lost);
    writer.end_object();
    return text;
}

Literal name_of(Change change) {
    switch (change) {
        case Change::none: return "unchanged";
        case Change::gain: return "gains";
        case Change::loss: return "losses";
        case Change::care_decides: return "care_decides";
    }
    return "unchanged";
}

}  // namespace

ReplayReport::Kind ReplayReport::kind_of(RecordedLeaf const& leaf, RecordedDecision const& decision,
                                         Comparison const& comparison) {
    Kind kind{.change = comparison.change, .agrees = comparison.agrees, .group = {}};
    if (kind.change != Change::none)
        kind.group = group_of(kind.change, group_text(leaf, decision, comparison));
    return kind;
}

std::optional<std::size_t> ReplayReport::group_of(Change change, std::string text) {
    if (auto const known = places_.find(text); known != places_.end()) return known->second;
    if (groups_.size() >= kGroupsKept) return std::nullopt;
    auto const place = groups_.size();
    places_.emplace(text, place);
    groups_.push_back({.change = change, .text = std::move(text), .count = 0});
    return place;
}

void ReplayReport::count(Kind const& kind, bool comparable) {
    ++replayed_;
    ++changes_.at(static_cast<std::size_t>(kind.change));
    if (kind.group) ++groups_.at(*kind.group).count;
    if (!comparable) return;
    ++comparable_;
    if (!kind.agrees) ++differs_;
}

void ReplayReport::count_not_replayed(Literal reason) {
    ++not_replayed_[reason.text()];
}

// The most frequent first; then by what they say, so that a report is the same each time.
std::vector<ReplayReport::Group const*> ReplayReport::largest(Change change) const {
    std::vector<Group const*> groups;
    for (auto const& group : groups_) {
        if (group.change == change) groups.push_back(&group);
    }
    std::ranges::sort(groups, [](Group const* one, Group const* other) {
        return one->count != other->count ? one->count > other->count : one->text < other->text;
    });
    if (groups.size() > kGroupsShown) groups.resize(kGroupsShown);
    return groups;
}

std::string ReplayReport::to_json(ReplayedSpan const& span) const {
    std::string text;
    json::Writer writer(text);
    auto const number = [&writer](std::string_view name, std::uint64_t value) {
        writer.key(name).integer(static_cast<std::int64_t>(value));
    };
    std::uint64_t skipped = 0;
    for (auto const& [reason, count] : not_replayed_) skipped += count;
    writer.begin_object().key("days").integer(span.days.count());
    writer.key("from").string(to_instant(span.from)).key("to").string(to_instant(span.to));
    number("leaves_read", span.leaves_read);
    writer.key("truncated").boolean(span.truncated);
    number("requests", replayed_ + skipped);
    number("replayed", replayed_);
    writer.key("not_replayed").begin_object();
    for (auto const& [reason, count] : not_replayed_) number(reason, count);
    writer.end_object();
    number("compared_with_record", comparable_);
    number("differs_from_record", differs_);
    writer.key("assumed").begin_object();
    for (auto const& [fact, assumed] : kAssumptions) writer.key(fact.text()).string(assumed.text());
    writer.end_object();
    number("unchanged", changes_.at(static_cast<std::size_t>(Change::none)));
    for (auto const change : {Change::gain, Change::loss, Change::care_decides}) {
        auto left_off = changes_.at(static_cast<std::size_t>(change));
        writer.key(name_of(change).text()).begin_object();
        number("requests", left_off);
        writer.key("groups").begin_array();
        for (auto const* group : largest(change)) {
            left_off -= group->count;
            // The count goes first.
            writer.raw("{\"count\":" + std::to_string(group->count) + "," + group->text.substr(1));
        }
        writer.end_array();
        number("requests_left_off", left_off);
        writer.end_object();
    }
    writer.end_object();
    return text;
}

}  // namespace salus::admin
