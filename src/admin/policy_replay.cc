#include "admin/policy_replay.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "admin/replay_report.h"

namespace salus::admin {
namespace {

using audit_views::LeafReader;
using audit_views::RecordedLeaf;
using authorization::RecordedDecision;

constexpr std::chrono::days kDaysMost{3660};
constexpr std::uint64_t kLeavesMost = 1'000'000;

// What rules read of the time is `context.now`; one that has the word elsewhere costs time only.
bool may_ask_for_time(authorization::Policy const& policy) {
    return policy.text().contains("now");
}

// The first leaf that is not older. Leaves are in the order of time.
Result<std::uint64_t> first_since(LeafReader& reader, WallTime from, json::Parser& parser) {
    auto low = reader.first();
    auto high = std::max(reader.size(), low);
    while (low < high) {
        auto const middle = low + (high - low) / 2;
        SALUS_TRY(auto const text, reader.at(middle));
        SALUS_TRY(auto const leaf, audit_views::read_leaf(text, parser));
        if (leaf.time < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

class Replay {
public:
    explicit Replay(ReplayDesk const& desk)
        : desk_(desk),
          in_force_(to_hex(desk.now.hash())),
          by_day_(may_ask_for_time(desk.now) || may_ask_for_time(desk.next)) {}

    [[nodiscard]] Result<void> take(RecordedLeaf const& leaf);
    [[nodiscard]] std::string report(ReplayedSpan const& span) const {
        return report_.to_json(span);
    }

private:
    using Known = std::optional<Subject>;
    using Answer = std::expected<ReplayReport::Kind, Literal>;

    [[nodiscard]] Result<void> take(RecordedLeaf const& leaf, std::string const& rule);
    [[nodiscard]] Result<Known const*> user(std::string const& id);
    [[nodiscard]] Result<Known const*> client(std::string const& id);
    [[nodiscard]] Result<Answer> decide_again(RecordedLeaf const& leaf,
                                              RecordedDecision const& decision,
                                              Subject const& subject);
    [[nodiscard]] std::string key_of(RecordedLeaf const& leaf, std::string const& rule,
                                     Subject const& subject) const;

    ReplayDesk const& desk_;
    std::string const in_force_;
    bool const by_day_;
    ReplayReport report_;
    std::map<std::string, Known, std::less<>> users_;
    std::map<std::string, Known, std::less<>> clients_;
    // Requests that have several leaves count once: id of the request, and the decision.
    std::unordered_set<std::string> seen_;
    // Of all that a decision depends on; the same question is decided once.
    std::unordered_map<std::string, Answer> answers_;
};

Result<Replay::Known const*> Replay::user(std::string const& id) {
    auto place = users_.find(id);
    if (place == users_.end()) {
        // A user's id is their pseudonym (audit_controls/gate.cc).
        SALUS_TRY(auto found, desk_.subjects.user(id));
        place = users_.emplace(id, std::move(found)).first;
    }
    return &place->second;
}

Result<Replay::Known const*> Replay::client(std::string const& id) {
    auto place = clients_.find(id);
    if (place == clients_.end()) {
        SALUS_TRY(auto found, desk_.subjects.client(id));
        place = clients_.emplace(id, std::move(found)).first;
    }
    return &place->second;
}

std::string Replay::key_of(RecordedLeaf const& leaf, std::string const& rule,
                           Subject const& subject) const {
    std::string key;
    auto const add = [&key](std::string_view part) { key.append(part).push_back('\n'); };
    for (auto const* part : {&leaf.client, &leaf.user, &leaf.purpose, &leaf.scopes, &rule})
        add(*part);
    add(std::to_string(static_cast<int>(whose(leaf, subject))));
    auto const local = desk_.local(leaf.time);
    add(std::to_string(local.weekday * 24 + local.hour));
    if (by_day_)
        add(std::to_string(std::chrono::floor<std::chrono::days>(leaf.time).time_since_epoch() /
                           std::chrono::days(1)));
    return key;
}

Result<Replay::Answer> Replay::decide_again(RecordedLeaf const& leaf,
                                            RecordedDecision const& decision,
                                            Subject const& subject) {
    Subject const* app = nullptr;
    if (!leaf.user.empty()) {
        SALUS_TRY(auto const* found, client(leaf.client));
        if (*found) app = &**found;
    }
    auto const request = replayed_request(leaf, decision, subject, app, desk_.local(leaf.time));
    if (!request) return Answer(std::unexpected(request.error()));
    auto const comparison = compare(desk_.now, desk_.next, *request);
    return Answer(report_.kind_of(leaf, decision, comparison));
}

// One decision of a leaf.
Result<void> Replay::take(RecordedLeaf const& leaf, std::string const& rule) {
    if (!seen_.insert(leaf.request + rule).second) return {};
    auto const decision = authorization::recorded_decision(rule);
    if (!decision) {
        report_.count_not_replayed("this version has no such interaction or type");
        return {};
    }
    SALUS_TRY(auto const* subject, leaf.user.empty() ? client(leaf.client) : user(leaf.user));
    if (!*subject) {
        report_.count_not_replayed("the subject no longer exists");
        return {};
    }
    auto const key = key_of(leaf, rule, **subject);
    auto place = answers_.find(key);
    if (place == answers_.end()) {
        SALUS_TRY(auto answer, decide_again(leaf, *decision, **subject));
        place = answers_.emplace(key, std::move(answer)).first;
    }
    if (auto const& answer = place->second; answer) {
        report_.count(*answer, leaf.policy == in_force_);
    } else {
        report_.count_not_replayed(answer.error());
    }
    return {};
}

Result<void> Replay::take(RecordedLeaf const& leaf) {
    // Its intent has said it.
    if (leaf.phase == audit::Phase::outcome) return {};
    bool decided = false;
    for (auto const& rule : leaf.rules) {
        if (!authorization::is_recorded_decision(rule)) continue;
        decided = true;
        SALUS_TRY_VOID(take(leaf, rule));
    }
    bool const scoped = std::ranges::any_of(
        leaf.rules, [](std::string const& rule) { return rule.starts_with("scope:"); });
    if (scoped && !decided && seen_.insert(leaf.request).second)
        report_.count_not_replayed("an earlier version recorded it");
    return {};
}

}  // namespace

Result<std::string> replay_policy(ReplayDesk const& desk, ReplayPeriod period) {
    bool const bounded = period.days.count() >= 1 && period.days <= kDaysMost &&
                         period.leaves_most >= 1 && period.leaves_most <= kLeavesMost;
    if (!bounded)
        return fail(Errc::invalid, "a replay takes 1 to 3660 days and 1 to 1,000,000 leaves");
    auto const to = desk.clock.now();
    ReplayedSpan span{.days = period.days, .from = to - period.days, .to = to};
    auto moment = desk.trail.now();
    auto& reader = moment.reader;
    SALUS_TRY(auto begin, first_since(reader, span.from, desk.parser));
    auto const end = std::max(reader.size(), begin);
    span.truncated = end - begin > period.leaves_most;
    if (span.truncated) begin = end - period.leaves_most;
    span.leaves_read = end - begin;
    Replay replay(desk);
    auto const take = [&](std::uint64_t, std::string_view text) -> Result<void> {
        SALUS_TRY(auto const leaf, audit_views::read_leaf(text, desk.parser));
        return replay.take(leaf);
    };
    if (begin < end) SALUS_TRY_VOID(reader.each({begin, end}, take));
    return replay.report(span);
}

}  // namespace salus::admin
