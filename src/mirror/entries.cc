#include "mirror/entries.h"

#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::mirror {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

std::string to_text(Entries const& entries) {
    return entries.origin + "\n" + std::to_string(entries.start) + "\n\n" + entries.bundle;
}

Result<Entries> entries_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "these are no entries"); };
    auto const origin_end = text.find('\n');
    if (origin_end == std::string_view::npos || origin_end == 0) return wrong();
    auto const start_end = text.find('\n', origin_end + 1);
    if (start_end == std::string_view::npos || text.substr(start_end + 1, 1) != "\n") {
        return wrong();
    }
    auto const start =
        transparency::size_from(text.substr(origin_end + 1, start_end - origin_end - 1));
    if (!start) return wrong();
    return Entries{std::string(text.substr(0, origin_end)), *start,
                   std::string(text.substr(start_end + 2))};
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
