#include "fhir/packages/tar_reader.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace salus::fhir {
namespace {

// Offsets and sizes of the ustar header.
constexpr std::size_t kName = 100;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kSizeLength = 12;
constexpr std::size_t kChecksumAt = 148;
constexpr std::size_t kChecksumLength = 8;
constexpr std::size_t kTypeAt = 156;
constexpr std::size_t kPrefixAt = 345;
constexpr std::size_t kPrefix = 155;

using Block = std::span<char const, 512>;

std::string_view text_at(Block block, std::size_t at, std::size_t length) {
    std::string_view const field(block.data() + at, length);
    return field.substr(0, field.find('\0'));
}

// Octal digits, padded with blanks or zeros.
std::optional<std::size_t> octal_at(Block block, std::size_t at, std::size_t length) {
    std::size_t value = 0;
    bool any = false;
    for (char const c : text_at(block, at, length)) {
        if (c == ' ') continue;
        if (c < '0' || c > '7') return std::nullopt;
        value = value * 8 + static_cast<std::size_t>(c - '0');
        any = true;
    }
    return any ? std::optional(value) : std::nullopt;
}

bool has_checksum(Block block) {
    std::size_t sum = kChecksumLength * ' ';
    for (std::size_t i = 0; i < block.size(); ++i) {
        bool const own = i >= kChecksumAt && i < kChecksumAt + kChecksumLength;
        if (!own) sum += static_cast<unsigned char>(block[i]);
    }
    return octal_at(block, kChecksumAt, kChecksumLength) == sum;
}

}  // namespace

Result<void> TarReader::feed(std::string_view piece) {
    while (!piece.empty() && part_ != Part::end) {
        auto const wanted = part_ == Part::header ? kBlock - filled_ : left_;
        auto const taken = piece.substr(0, wanted);
        piece.remove_prefix(taken.size());
        if (part_ == Part::header) {
            std::ranges::copy(taken, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
            filled_ += taken.size();
            if (filled_ == kBlock) SALUS_TRY_VOID(read_header());
            continue;
        }
        if (part_ == Part::content) content_ += taken;
        left_ -= taken.size();
        if (left_ == 0) SALUS_TRY_VOID(entry_done());
    }
    return {};
}

Result<void> TarReader::read_header() {
    filled_ = 0;
    if (std::ranges::all_of(block_, [](char c) { return c == '\0'; })) {
        part_ = Part::end;
        return {};
    }
    Block const block(block_);
    auto const size = octal_at(block, kSizeAt, kSizeLength);
    if (!has_checksum(block) || !size) return fail(Errc::invalid, "not a tar archive");
    if (*size > file_bound_ || ++entries_ > count_bound_)
        return fail(Errc::too_large, "the archive holds too much");
    auto const prefix = text_at(block, kPrefixAt, kPrefix);
    name_ = prefix.empty() ? std::string() : std::string(prefix) + "/";
    name_ += text_at(block, 0, kName);
    switch (block[kTypeAt]) {
        case '0':
        case '\0': kind_ = Kind::file; break;
        case '5': kind_ = Kind::folder; break;
        case 'L': kind_ = Kind::name_of_next; break;
        case 'x':
        case 'g': kind_ = Kind::skipped; break;  // pax records: times, owners, comments
        default: return fail(Errc::invalid, "a package holds files only");
    }
    content_.clear();
    left_ = *size;
    padding_ = (kBlock - *size % kBlock) % kBlock;
    part_ = Part::content;
    return left_ == 0 ? entry_done() : Result<void>();
}

Result<void> TarReader::entry_done() {
    if (part_ == Part::content && padding_ > 0) {
        part_ = Part::padding;
        left_ = padding_;
        return {};
    }
    part_ = Part::header;
    if (kind_ == Kind::name_of_next) {
        long_name_ = content_.substr(0, content_.find('\0'));
        return {};
    }
    if (kind_ != Kind::file) return {};
    auto const name = long_name_.empty() ? std::move(name_) : std::move(long_name_);
    long_name_.clear();
    return take_(name, std::exchange(content_, {}));
}

Result<void> TarReader::finish() const {
    // Some writers leave the two empty blocks out.
    bool const whole = part_ == Part::end || (part_ == Part::header && filled_ == 0);
    if (!whole || entries_ == 0) return fail(Errc::invalid, "the archive ends in the middle");
    return {};
}

}  // namespace salus::fhir
