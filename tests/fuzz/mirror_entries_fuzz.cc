// Arbitrary bytes as entries on their way to a mirror: no crash, what is accepted has one spelling,
// and a bundle is its entries and nothing else.
#include <cstdint>
#include <string_view>

#include "foundation/check.h"
#include "mirror/entries.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace salus;
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    auto const entries = mirror::entries_from(input);
    if (entries) SALUS_CHECK(mirror::to_text(*entries) == input);
    auto const rooted = mirror::rooted_entries_from(input);
    if (rooted) SALUS_CHECK(mirror::to_text(*rooted) == input);
    std::string written;
    auto const read = mirror::for_each_entry(input, [&](std::string_view entry) -> Result<void> {
        mirror::append_entry(written, entry);
        return {};
    });
    SALUS_CHECK(input.starts_with(written));
    SALUS_CHECK(!read || written == input);
    return 0;
}
