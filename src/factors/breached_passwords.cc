#include "factors/breached_passwords.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sha1.h"
#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

constexpr std::size_t kHashDigits = 40;
// The longest line: a hash, a colon, twenty digits, a carriage return and the end.
constexpr std::size_t kLineBytes = kHashDigits + 1 + 20 + 2;
constexpr std::uint64_t kSamples = 1'000;

std::unexpected<Error> not_a_list() {
    return fail(Errc::invalid, "not a sorted list of SHA-1 hashes");
}

// What follows the hash: nothing, or a colon and a number; a carriage return may come behind.
bool is_count(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) return true;
    return text.starts_with(':') && text.size() > 1 &&
           std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> read_at(FileDescriptor const& file, std::uint64_t offset, std::size_t size) {
    std::string text(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        auto const count =
            ::pread(file.get(), text.data() + have, size - have, static_cast<off_t>(offset + have));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return fail(Errc::unavailable, "the list of passwords cannot be read");
        have += static_cast<std::size_t>(count);
    }
    return text;
}

}  // namespace

struct BreachedPasswords::Line {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // where the next one begins
    crypto::Sha1Digest hash{};
};

// The first line that begins at `offset` or behind it; at the file's end one that begins there.
Result<BreachedPasswords::Line> BreachedPasswords::line_from(std::uint64_t offset) const {
    Line line{.begin = offset, .end = size_};
    if (offset == size_) return line;
    auto const from = offset == 0 ? 0 : offset - 1;  // a line may begin at `offset` itself
    auto const size = std::min<std::uint64_t>(2 * kLineBytes + 1, size_ - from);
    SALUS_TRY(auto const text, read_at(file_, from, static_cast<std::size_t>(size)));
    std::size_t begin = 0;
    if (offset != 0) {
        auto const before = text.find('\n');
        if (before == std::string::npos && from + size < size_) return not_a_list();
        begin = before == std::string::npos ? text.size() : before + 1;
    }
    line.begin = from + begin;
    if (line.begin == size_) return line;
    auto end = text.find('\n', begin);
    if (end == std::string::npos) {
        if (from + size < size_) return not_a_list();
        end = text.size();
    }
    line.end = std::min(from + end + 1, size_);
    auto const content = std::string_view(text).substr(begin, end - begin);
    auto const hash = from_hex(content.substr(0, kHashDigits));
    if (content.size() < kHashDigits || !hash || !is_count(content.substr(kHashDigits))) {
        return not_a_list();
    }
    std::ranges::copy(*hash, line.hash.begin());
    return line;
}

Result<BreachedPasswords> BreachedPasswords::open(std::filesystem::path const& path) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts{};
    if (!file.valid() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(Errc::not_found, "there is no list of passwords");
    }
    auto const size = static_cast<std::uint64_t>(facts.st_size);
    if (size == 0) return not_a_list();
    if (size > limits::kBreachedListBytes) return fail(Errc::too_large, "a list is too large");
    BreachedPasswords list(std::move(file), size);
    SALUS_TRY(auto before, list.line_from(0));
    for (std::uint64_t sample = 1; sample <= kSamples; ++sample) {
        SALUS_TRY(auto const line, list.line_from(size * sample / kSamples));
        if (line.begin == size) break;
        if (line.begin > before.begin && line.hash <= before.hash) return not_a_list();
        before = line;
    }
    return list;
}

Result<bool> BreachedPasswords::contains(PreparedPassword const& password) const {
    auto const wanted = crypto::sha1(password.secret().reveal());
    std::uint64_t low = 0;  // a line begins here, and all before it are smaller
    std::uint64_t high = size_;
    while (low < high) {
        auto const middle = low + (high - low) / 2;
        auto const found = line_from(middle);
        if (!found) return fail(Errc::unavailable, "the list of passwords cannot be read");
        if (found->begin < high && found->hash == wanted) return true;
        if (found->begin >= high || wanted < found->hash) {
            high = middle;  // every line that begins at or behind it is larger
        } else {
            low = found->end;
        }
    }
    return false;
}

}  // namespace salus::factors
