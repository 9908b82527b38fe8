#include "transparency/parent_check.h"

#include <map>

#include "audit/envelope.h"
#include "audit/follower.h"
#include "audit/pruned_prefix.h"

namespace salus::transparency {
namespace {

// A log below, read as far as statements were compared with it.
class FollowedLog {
public:
    explicit FollowedLog(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // Nothing: the log has this tree. What is stated of a log grows, or the parent contradicts
    // itself.
    Result<std::optional<Literal>> compare(TreeHead const& stated) {
        auto const different = [](Literal why) { return std::optional(why); };
        if (stated == last_) return std::optional<Literal>();
        if (stated.size <= last_.size) return different("the parent log contradicts itself");
        last_ = stated;
        if (!follower_) {
            std::error_code error;
            if (!std::filesystem::exists(directory_, error)) return different("the log is gone");
            SALUS_TRY(auto const pruning, audit::read_pruning(directory_));
            pruned_ = pruning.prefix.first;
            SALUS_TRY(follower_, audit::Follower::open(directory_, pruned_));
        }
        // Of leaves that were pruned, the tiles are left.
        if (stated.size <= pruned_) {
            auto const root = TileReader(directory_, stated.size).root();
            if (root && *root == stated.root) return std::optional<Literal>();
            return different("the log's tiles are not what the parent log says");
        }
        auto const read =
            follower_->advance(stated.size, [](audit::LeafView const&) { return Result<void>(); });
        if (!read && read.error().code != Errc::corrupt) return std::unexpected(read.error());
        if (!read) {
            return different("the log ends before what the parent log says: it was rolled back");
        }
        auto const& range = follower_->range();
        if (range.size() == stated.size && range.root() == stated.root) {
            return std::optional<Literal>();
        }
        return different("the log has another tree than the parent log says: it was forked");
    }
    [[nodiscard]] std::uint64_t size() const { return follower_ ? follower_->range().size() : 0; }

private:
    std::filesystem::path directory_;
    TreeHead last_;
    std::uint64_t pruned_ = 0;  // leaves that are gone
    std::optional<audit::Follower> follower_;
};

class Comparison {
public:
    Comparison(std::filesystem::path const& parent, std::optional<std::string> const& only)
        : parent_(parent), only_(only) {}

    Result<void> take(audit::LeafView const& leaf) {
        SALUS_TRY(auto const statement, audit::statement_in(leaf.json));
        if (!statement) return {};
        auto const envelope = audit::parse_leaf(leaf.json);
        for (auto const& head : statement->heads) {
            if (only_ && head.origin != *only_) continue;
            SALUS_TRY_VOID(compare(head, leaf.index, envelope->origin));
        }
        return {};
    }
    ParentCheck check;

private:
    Result<void> compare(audit::LogHead const& head, std::uint64_t leaf,
                         std::string_view parent_origin) {
        auto known = logs_.find(head.origin);
        if (known == logs_.end()) {
            auto directory = directory_beside(parent_, parent_origin, head.origin);
            if (!directory) return fail(Errc::corrupt, "the parent log names a log of another");
            known = logs_.emplace(head.origin, FollowedLog(*std::move(directory))).first;
            ++check.logs;
        }
        auto& log = known->second;
        if (!log) return {};  // it was found to be wrong already
        auto const why = log->compare(tree_of(head));
        if (!why && why.error().code != Errc::corrupt) return std::unexpected(why.error());
        ++check.statements;
        if (why && !*why) return {};
        check.findings.push_back(
            {why ? **why : why.error().why, head.origin, head.size, log->size(), leaf});
        log.reset();
        return {};
    }

    std::filesystem::path const& parent_;
    std::optional<std::string> const& only_;
    std::map<std::string, std::optional<FollowedLog>> logs_;
};

}  // namespace

Result<ParentCheck> check_below(std::filesystem::path const& parent_directory, audit::Writer writer,
                                std::optional<std::string> const& only) {
    Comparison comparison(parent_directory, only);
    Result<void> result;
    auto const receive = [&](audit::LeafView const& leaf) {
        if (result) result = comparison.take(leaf);
    };
    SALUS_TRY(auto const report, audit::read_leaves(parent_directory, receive, writer));
    SALUS_TRY_VOID(result);
    if (report.finding) return fail(Errc::corrupt, report.finding->why);
    return std::move(comparison.check);
}

}  // namespace salus::transparency
