// The report of a replay: requests of one kind together, with how many there were. No ePHI: who
// asked stands there by the ids of client and user. Belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admin/replay_comparison.h"

namespace salus::admin {

// Which part of the log was read.
struct ReplayedSpan {
    std::chrono::days days{};
    WallTime from;
    WallTime to;
    std::uint64_t leaves_read = 0;
    bool truncated = false;  // older leaves of these days were not read
};

class ReplayReport {
public:
    // What is counted of each request like this one.
    struct Kind {
        Change change = Change::none;
        bool agrees = false;
        std::optional<std::size_t> group;  // nothing: no change, or too many groups
    };
    [[nodiscard]] Kind kind_of(audit_views::RecordedLeaf const& leaf,
                               authorization::RecordedDecision const& decision,
                               Comparison const& comparison);
    // `comparable`: the policy that decided it then is the one in force.
    void count(Kind const& kind, bool comparable);
    void count_not_replayed(Literal reason);

    [[nodiscard]] std::string to_json(ReplayedSpan const& span) const;

private:
    struct Group {
        Change change = Change::none;
        std::string text;  // a JSON object but for the count
        std::uint64_t count = 0;
    };
    [[nodiscard]] std::optional<std::size_t> group_of(Change change, std::string text);
    [[nodiscard]] std::vector<Group const*> largest(Change change) const;

    std::vector<Group> groups_;
    std::map<std::string, std::size_t, std::less<>> places_;  // of groups, by their texts
    std::array<std::uint64_t, 4> changes_{};                  // requests, by Change
    std::map<std::string_view, std::uint64_t> not_replayed_;  // by reasons, which are Literals
    std::uint64_t replayed_ = 0;
    std::uint64_t comparable_ = 0;
    std::uint64_t differs_ = 0;
};

}  // namespace salus::admin
