#include "mirror/entries.h"

#include <algorithm>
#include <optional>

#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::mirror {
namespace {

constexpr std::size_t kLengthBytes = 2;

std::unexpected<Error> no_entries() {
    return fail(Errc::invalid, "these are no entries");
}

std::optional<std::string_view> take_line(std::string_view& text) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

// Origin and index; what follows them is left.
Result<Entries> take_start(std::string_view& text) {
    auto const origin = take_line(text);
    auto const start = take_line(text);
    if (!origin || origin->empty() || !start) return no_entries();
    auto const index = transparency::size_from(*start);
    if (!index) return no_entries();
    return Entries{std::string(*origin), *index, {}};
}

Result<void> take_bundle(std::string_view& text, Entries& entries) {
    auto const gap = take_line(text);
    if (!gap || !gap->empty()) return no_entries();
    entries.bundle = text;
    return {};
}

std::string start_of(Entries const& entries) {
    return entries.origin + "\n" + std::to_string(entries.start) + "\n";
}

}  // namespace

std::string to_text(Entries const& entries) {
    return start_of(entries) + "\n" + entries.bundle;
}

std::string to_text(RootedEntries const& rooted) {
    return start_of(rooted.entries) + to_base64(rooted.root) + "\n\n" + rooted.entries.bundle;
}

Result<Entries> entries_from(std::string_view text) {
    SALUS_TRY(auto entries, take_start(text));
    SALUS_TRY_VOID(take_bundle(text, entries));
    return entries;
}

Result<RootedEntries> rooted_entries_from(std::string_view text) {
    SALUS_TRY(auto entries, take_start(text));
    RootedEntries rooted{.entries = std::move(entries), .root = {}};
    auto const root = take_line(text);
    auto const bytes = root ? from_base64(*root) : std::nullopt;
    if (!bytes || bytes->size() != rooted.root.size()) return no_entries();
    std::ranges::copy(*bytes, rooted.root.begin());
    SALUS_TRY_VOID(take_bundle(text, rooted.entries));
    return rooted;
}

void append_entry(std::string& bundle, std::string_view entry) {
    SALUS_CHECK(entry.size() <= limits::kAuditLeafBytes);
    bundle.push_back(static_cast<char>(entry.size() >> 8U));
    bundle.push_back(static_cast<char>(entry.size() & 0xffU));
    bundle.append(entry);
}

Result<void> for_each_entry(std::string_view bundle,
                            std::function<Result<void>(std::string_view entry)> const& receive) {
    while (!bundle.empty()) {
        auto const size = bundle.size() < kLengthBytes ? 0U : read_u16(bytes_of(bundle));
        if (bundle.size() < kLengthBytes || bundle.size() - kLengthBytes < size) {
            return fail(Errc::invalid, "an entry is cut");
        }
        SALUS_TRY_VOID(receive(bundle.substr(kLengthBytes, size)));
        bundle.remove_prefix(kLengthBytes + size);
    }
    return {};
}

}  // namespace salus::mirror
