#include "transparency/stated_heads.h"

#include <algorithm>

#include "audit/follower.h"

namespace salus::transparency {
namespace {

struct Reading {
    StatedHeads stated;
    bool is_complete = false;  // a full statement begins in what was read
};

Result<Reading> read_from(std::filesystem::path const& directory, std::uint64_t begin,
                          TreeHead const& parent) {
    SALUS_TRY(auto follower, audit::Follower::open(directory, begin));
    Reading reading;
    auto const take = [&](audit::LeafView const& leaf) -> Result<void> {
        SALUS_TRY(auto const statement, audit::statement_in(leaf.json));
        if (!statement) return {};
        reading.is_complete = reading.is_complete || statement->begins_full;
        return apply(reading.stated, *statement, leaf.index);
    };
    SALUS_TRY_VOID(follower.advance(parent.size, take));
    if (follower.range().size() != parent.size || follower.range().root() != parent.root) {
        return fail(Errc::corrupt, "the parent log's files do not hold its tree");
    }
    return reading;
}

}  // namespace

Result<void> apply(StatedHeads& stated, audit::Statement const& statement, std::uint64_t leaf) {
    if (statement.begins_full) stated.last_full = leaf;
    for (auto const& head : statement.heads) {
        auto& known = stated.by_origin[head.origin];
        bool const contradicts = head.size < known.log.size ||
                                 (head.size == known.log.size && head.root != known.log.root &&
                                  !known.log.origin.empty());
        if (contradicts) return fail(Errc::corrupt, "the parent log contradicts itself");
        known = {head, leaf};
    }
    return {};
}

Result<StatedHeads> read_stated_heads(std::filesystem::path const& directory,
                                      TreeHead const& parent, std::uint64_t look) {
    if (parent.size == 0) return StatedHeads{};
    for (;; look *= 4) {
        auto const begin = parent.size > look ? parent.size - look : 0;
        SALUS_TRY(auto reading, read_from(directory, begin, parent));
        if (reading.is_complete || begin == 0) return std::move(reading.stated);
    }
}

std::optional<std::filesystem::path> directory_beside(std::filesystem::path const& parent_directory,
                                                      std::string_view parent_origin,
                                                      std::string_view origin) {
    if (!parent_origin.ends_with(audit::kParentLogName)) return std::nullopt;
    auto const prefix =
        parent_origin.substr(0, parent_origin.size() - audit::kParentLogName.size());
    if (!origin.starts_with(prefix)) return std::nullopt;
    auto const name = origin.substr(prefix.size());
    auto const is_of_a_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (name.empty() || !std::ranges::all_of(name, is_of_a_name)) return std::nullopt;
    return parent_directory.parent_path() / name;
}

}  // namespace salus::transparency
