#include "audit/retention.h"

#include <charconv>
#include <unordered_set>
#include <vector>

#include "audit/envelope.h"
#include "audit/named_versions.h"
#include "audit/segment.h"
#include "audit/verifier.h"

namespace salus::audit {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr seconds kYear = std::chrono::days(366);

// A segment that could be the first one left.
struct Boundary {
    std::uint64_t segment = 0;
    std::uint64_t first = 0;
    WallTime last_before;  // of the last leaf that would go
    crypto::Sha256Digest root{};
    bool is_clean = false;  // no intent was open there
    microseconds ran{0};    // as the log proves, up to here
    std::optional<std::int64_t>
        cosigned;  // unix seconds, of the first cosignature told of behind it
};

WallTime time_of(std::int64_t microseconds_since_1970) {
    return WallTime(microseconds(microseconds_since_1970));
}

// A number that the product's own leaves have by this name and no other.
std::optional<std::int64_t> cosigned_in(std::string_view what) {
    constexpr std::string_view kMember = R"("cosigned":)";
    auto const at = what.find(kMember);
    if (at == std::string_view::npos) return std::nullopt;
    auto const digits = what.substr(at + kMember.size());
    std::int64_t value = 0;
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<RetentionPeriod> RetentionPeriod::of_years(int years) {
    if (years < kRetentionYearsLeast || years > kRetentionYearsMost) {
        return fail(Errc::invalid, "audit logs are kept for at least six years, at most a hundred");
    }
    return RetentionPeriod(years * kYear);
}

class RetentionJudge {
public:
    RetentionJudge(std::filesystem::path const& directory, LegalHolds const& holds)
        : directory_(directory), holds_(holds) {}

    Result<RetentionState> run(RetentionPeriod const& period, WallTime now,
                               std::uint64_t segment_most) {
        SALUS_TRY_VOID(find_boundaries());
        SALUS_TRY(
            auto const report,
            read_leaves(directory_, [&](LeafView const& leaf) { take(leaf); }, Writer::running));
        if (report.finding) return fail(Errc::corrupt, report.finding->why);
        if (!read_all_) return fail(Errc::corrupt, "a leaf of the audit log cannot be read");
        state_.first = report.first;
        state_.size = report.size;
        if (holds_.whole_log) state_.held_from = report.first;
        state_.proved_age = std::chrono::duration_cast<seconds>(proved_since({}, first_cosigned_));
        for (auto const& boundary : boundaries_) {
            if (boundary.segment > segment_most) break;
            if (is_due(boundary, period.length(), now)) {
                state_.due = DuePrefix(boundary.segment, boundary.first, boundary.root);
            }
        }
        return state_;
    }

private:
    Result<void> find_boundaries() {
        SALUS_TRY(auto const run, find_segments(directory_));
        for (auto number = run.first + 1; number <= run.last; ++number) {
            SALUS_TRY(auto const bytes,
                      read_piece(directory_ / segment_name(number), 0, kSegmentHeaderBytes));
            if (is_zero(bytes)) break;
            SALUS_TRY(auto const header, decode_header(bytes));
            boundaries_.push_back({.segment = number,
                                   .first = header.range.size(),
                                   .last_before = time_of(header.time),
                                   .root = header.range.root(),
                                   .cosigned = std::nullopt});
        }
        return {};
    }

    void take(LeafView const& leaf) {
        auto const envelope = parse_leaf(leaf.json);
        if (!envelope) {
            read_all_ = false;
            return;
        }
        if (!state_.oldest) state_.oldest = time_of(envelope->time);
        if (passed_ < boundaries_.size() && boundaries_[passed_].first == leaf.index) {
            boundaries_[passed_].is_clean = open_.empty();
            boundaries_[passed_].ran = ran_;
            ++passed_;
        }
        run_clock(*envelope);
        note_cosignature(envelope->what);
        if (envelope->phase == Phase::intent) open_.insert(leaf.index);
        if (envelope->phase == Phase::outcome) open_.erase(envelope->intent);
        auto const patient = patient_in(envelope->what);
        if (patient && !state_.held_from && holds_.patients.contains(*patient)) {
            state_.held_from = leaf.index;
        }
    }

    // The monotonic clock cannot be set. What passed between two boots proves nothing.
    void run_clock(Envelope const& envelope) {
        if (boot_ == envelope.boot && envelope.monotonic > monotonic_) {
            ran_ += microseconds(envelope.monotonic - monotonic_);
        }
        boot_ = envelope.boot;
        monotonic_ = envelope.monotonic;
    }

    void note_cosignature(std::string_view what) {
        auto const at = cosigned_in(what);
        if (!at) return;
        if (!first_cosigned_) first_cosigned_ = at;
        last_cosigned_ = std::max(last_cosigned_.value_or(*at), *at);
        for (; cosigned_ < passed_; ++cosigned_) boundaries_[cosigned_].cosigned = at;
    }

    microseconds proved_since(microseconds ran, std::optional<std::int64_t> cosigned) const {
        auto const by_running = ran_ - ran;
        if (!cosigned) return by_running;
        return std::max<microseconds>(by_running, seconds(*last_cosigned_ - *cosigned));
    }

    bool is_due(Boundary const& boundary, seconds period, WallTime now) const {
        bool const held = state_.held_from && boundary.first > *state_.held_from;
        return boundary.is_clean && !held && now - boundary.last_before >= period &&
               proved_since(boundary.ran, boundary.cosigned) >= period;
    }

    std::filesystem::path const& directory_;
    LegalHolds const& holds_;
    RetentionState state_;
    std::vector<Boundary> boundaries_;
    std::size_t passed_ = 0;    // boundaries before the leaf at hand
    std::size_t cosigned_ = 0;  // boundaries with a cosignature behind them
    std::unordered_set<std::uint64_t> open_;
    std::string boot_;
    std::int64_t monotonic_ = 0;
    microseconds ran_{0};
    std::optional<std::int64_t> first_cosigned_;
    std::optional<std::int64_t> last_cosigned_;
    bool read_all_ = true;
};

Result<RetentionState> judge_retention(std::filesystem::path const& directory,
                                       RetentionPeriod const& period, LegalHolds const& holds,
                                       WallTime now, std::uint64_t segment_most) {
    return RetentionJudge(directory, holds).run(period, now, segment_most);
}

}  // namespace salus::audit
