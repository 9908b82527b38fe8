#include "syslog/cursor.h"

#include <algorithm>

#include "foundation/file.h"
#include "transparency/checkpoint.h"

namespace salus::syslog {
namespace {

constexpr std::string_view kTitle = "salus syslog cursor 1";
constexpr std::size_t kFileBytes = 512;

// Up to the line feed, which is taken away; nothing if there is none.
std::optional<std::string_view> next_line(std::string_view& text) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<Cursor> cursor_from(std::string_view text) {
    auto const title = next_line(text);
    auto const origin = next_line(text);
    auto const number = next_line(text);
    auto const encoded = next_line(text);
    if (!encoded || !text.empty() || title != kTitle || origin->empty()) return std::nullopt;
    auto const index = transparency::size_from(*number);
    auto const hash = from_base64(*encoded);
    if (!index || !hash || hash->size() != sizeof(crypto::Sha256Digest)) return std::nullopt;
    Cursor cursor{std::string(*origin), {*index, {}}};
    std::ranges::copy(*hash, cursor.last.hash.begin());
    return cursor;
}

}  // namespace

Result<Cursor> read_cursor(std::filesystem::path const& file) {
    SALUS_TRY(auto const bytes, read_file(file, kFileBytes));
    auto cursor = cursor_from(text_of(bytes));
    if (!cursor) return fail(Errc::corrupt, "the file is no cursor");
    return *std::move(cursor);
}

Result<void> write_cursor(std::filesystem::path const& file, Cursor const& cursor) {
    std::string text(kTitle);
    text.append("\n").append(cursor.origin).append("\n");
    text.append(std::to_string(cursor.last.index)).append("\n");
    text.append(to_base64(cursor.last.hash)).append("\n");
    return write_file_durably(file, bytes_of(text), FileAccess::private_to_owner);
}

}  // namespace salus::syslog
