// Entries on their way to a mirror: a line with the origin, a line with the first one's index, an
// empty line, then the entries, each after its length in two bytes. Entries that are to be kept
// have the root behind the index, a line of base64. Pure functions, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mirror/mirror.h"

namespace salus::mirror {

[[nodiscard]] std::string to_text(Entries const& entries);
[[nodiscard]] Result<Entries> entries_from(std::string_view text);
[[nodiscard]] std::string to_text(RootedEntries const& rooted);
[[nodiscard]] Result<RootedEntries> rooted_entries_from(std::string_view text);

// What keeps entries, of its disk.
[[nodiscard]] inline std::unexpected<Error> no_disk() {
    return fail(Errc::unavailable, "the mirror cannot write");
}

// REQUIRES: entry.size() <= limits::kAuditLeafBytes.
void append_entry(std::string& bundle, std::string_view entry);
// Errc::invalid: an entry is cut. Errors of `receive` are handed on.
[[nodiscard]] Result<void> for_each_entry(
    std::string_view bundle, std::function<Result<void>(std::string_view entry)> const& receive);

}  // namespace salus::mirror
