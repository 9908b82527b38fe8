// How much of a log's beginning may go (AUD-6; 45 CFR 164.316(b)(2)(i): six years). Retention ends
// segment by segment, from the front, never in the middle, and never on the word of the wall clock
// alone: whoever sets it ahead by seven years makes nothing due. See docs/decisions/0033.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>

#include "audit/pruned_prefix.h"
#include "foundation/clock.h"
#include "foundation/strong_id.h"

namespace salus::audit {

inline constexpr int kRetentionYearsLeast = 6;
inline constexpr int kRetentionYearsMost = 100;

// At least what the law asks for. A year has 366 days here, so that it never ends early.
class RetentionPeriod {
public:
    // Errc::invalid: fewer than six years, or more than a hundred.
    static Result<RetentionPeriod> of_years(int years);
    [[nodiscard]] std::chrono::seconds length() const noexcept { return length_; }

private:
    explicit RetentionPeriod(std::chrono::seconds length) : length_(length) {}
    std::chrono::seconds length_;
};

// What must be kept longer, until somebody lifts it.
struct LegalHolds {
    bool whole_log = false;
    std::set<CompartmentId> patients;  // from the first leaf on that names one

    friend bool operator==(LegalHolds const&, LegalHolds const&) = default;
};

// The proof that a prefix of a log may be removed: judge_retention() alone makes one, after it has
// read and verified the whole log. Whatever declares leaves pruned takes one.
class DuePrefix {
public:
    // Number of the first segment that stays, index of its first leaf.
    [[nodiscard]] std::uint64_t segment() const noexcept { return segment_; }
    [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
    // What the leaf of the pruning is to say. `versions`: of the file of versions_file().
    [[nodiscard]] PrunedPrefix with(crypto::Sha256Digest const& versions) const {
        return {.segment = segment_, .first = first_, .root = root_, .versions = versions};
    }

private:
    friend class RetentionJudge;
    DuePrefix(std::uint64_t segment, std::uint64_t first, crypto::Sha256Digest const& root)
        : segment_(segment), first_(first), root_(root) {}

    std::uint64_t segment_;
    std::uint64_t first_;
    crypto::Sha256Digest root_;
};

struct RetentionState {
    std::uint64_t first = 0;  // index of the oldest leaf
    std::uint64_t size = 0;
    std::optional<WallTime> oldest;  // its time; nothing: the log is empty
    // That the oldest leaf is so old is proved by the time that the machine ran since and recorded,
    // or by the mirror's clock, whichever proves more.
    std::chrono::seconds proved_age{0};
    std::optional<std::uint64_t> held_from;  // the first leaf that a legal hold keeps
    std::optional<DuePrefix> due;            // the longest; nothing: no segment
};

// Reads and verifies the whole log, which may be written meanwhile. Errc::corrupt: it is not whole.
// A segment is due when the wall clock says that its last leaf is older than the period, and what
// the log itself proves says so too; where the next one begins, no intent may be open, so that what
// stays is whole without it. At most the segments before `segment_most` are due. Any thread that
// may block.
[[nodiscard]] Result<RetentionState> judge_retention(std::filesystem::path const& directory,
                                                     RetentionPeriod const& period,
                                                     LegalHolds const& holds, WallTime now,
                                                     std::uint64_t segment_most = UINT64_MAX);

}  // namespace salus::audit
