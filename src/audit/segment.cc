#include "audit/segment.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/crc32c.h"
#include "audit/pruned_prefix.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

constexpr std::string_view kMagic = "SALUSAUD";
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kChecksumAt = 12;
constexpr std::size_t kReservedBytes = 32;  // commitment to the first forward-secure key
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kDigits = 10;

crypto::Sha256Digest take_digest(BytesView& bytes) {
    crypto::Sha256Digest digest{};
    std::ranges::copy(bytes.first(digest.size()), digest.begin());
    bytes = bytes.subspan(digest.size());
    return digest;
}

std::uint64_t take_u64(BytesView& bytes) {
    auto const value = read_u64(bytes);
    bytes = bytes.subspan(8);
    return value;
}

bool is_segment_number(std::string_view name) {
    return name.size() == kDigits &&
           std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Bytes encode(SegmentHeader const& header) {
    Bytes out;
    out.reserve(kSegmentHeaderBytes);
    append(out, bytes_of(kMagic));
    append_u32(out, kFormat);
    append_u32(out, 0);
    append_u64(out, header.number);
    append_u64(out, header.segment_bytes);
    append_u64(out, header.previous_commit);
    append_u64(out, static_cast<std::uint64_t>(header.time));
    append(out, header.previous);
    append(out, header.head);
    append(out, Bytes(kReservedBytes));
    append_u64(out, header.range.size());
    append(out, header.range.root());
    append_u16(out, static_cast<std::uint16_t>(header.origin.size()));
    append(out, bytes_of(header.origin));
    append_u16(out, static_cast<std::uint16_t>(header.range.subtrees().size()));
    for (auto const& subtree : header.range.subtrees()) append(out, subtree);
    out.resize(kSegmentHeaderBytes);
    Bytes sum;
    append_u32(sum, crc32c(0, out));
    std::ranges::copy(sum, out.begin() + kChecksumAt);
    return out;
}

Result<SegmentHeader> decode_header(BytesView bytes) {
    auto const wrong = [] { return fail(Errc::corrupt, "a segment header is not valid"); };
    if (bytes.size() != kSegmentHeaderBytes || text_of(bytes.first(8)) != kMagic) return wrong();
    SegmentHeader header;
    auto rest = bytes.subspan(16);
    header.number = take_u64(rest);
    header.segment_bytes = take_u64(rest);
    header.previous_commit = take_u64(rest);
    header.time = static_cast<std::int64_t>(take_u64(rest));
    header.previous = take_digest(rest);
    header.head = take_digest(rest);
    rest = rest.subspan(kReservedBytes);
    auto const size = take_u64(rest);
    take_digest(rest);  // the root: compared below, with everything else
    std::size_t const origin_bytes = read_u16(rest);
    if (origin_bytes > kOriginBytes) return wrong();
    header.origin = text_of(rest.subspan(2, origin_bytes));
    rest = rest.subspan(2 + origin_bytes);
    std::size_t const count = read_u16(rest);
    rest = rest.subspan(2);
    if (count > 64) return wrong();
    std::vector<crypto::Sha256Digest> subtrees;
    subtrees.reserve(count);
    for (std::size_t i = 0; i < count; ++i) subtrees.push_back(take_digest(rest));
    auto const range = CompactRange::from(size, subtrees);
    if (!range) return wrong();
    header.range = *range;
    // One spelling: checksum, reserved bytes, root and padding are checked by writing it again.
    if (!std::ranges::equal(encode(header), bytes)) return wrong();
    return header;
}

std::string file_number(std::uint64_t number) {
    auto const digits = std::to_string(number);
    return std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

std::string segment_name(std::uint64_t number) {
    return file_number(number) + std::string(kSuffix);
}

Result<SegmentRun> find_segments(std::filesystem::path const& directory) {
    SALUS_TRY(auto const pruning, read_pruning(directory));
    SegmentRun run{pruning.prefix.segment, pruning.prefix.segment - 1};
    std::error_code error;
    std::filesystem::directory_iterator entry(directory, error);
    std::uint64_t count = 0;
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        auto const name = entry->path().filename().string();
        if (!name.ends_with(kSuffix)) continue;
        auto const digits = std::string_view(name).substr(0, name.size() - kSuffix.size());
        if (!is_segment_number(digits) || count == limits::kAuditSegments) {
            return fail(Errc::corrupt, "the audit directory holds a segment that is not its own");
        }
        auto const number = std::stoull(std::string(digits));
        // What a pruning that was interrupted left. 0 is no number of a segment.
        if (number != 0 && number < run.first) continue;
        ++count;
        run.last = std::max<std::uint64_t>(run.last, number);
    }
    if (error) return fail(Errc::internal, "the audit directory could not be read");
    // Names differ, so as many names as there are numbers means that none is missing.
    bool const pruned_away = !pruning.prefix.is_empty() && count == 0;
    if (run.count() != count || pruned_away) {
        return fail(Errc::corrupt, "a segment of the audit log is missing");
    }
    return run;
}

Result<SegmentHeader> first_header(std::filesystem::path const& directory) {
    SALUS_TRY(auto const run, find_segments(directory));
    if (run.count() == 0) return fail(Errc::not_found, "the audit log has no segments");
    SALUS_TRY(auto const bytes,
              read_piece(directory / segment_name(run.first), 0, kSegmentHeaderBytes));
    if (is_zero(bytes)) return fail(Errc::not_found, "the segment is a spare one");
    return decode_header(bytes);
}

Result<Bytes> read_piece(std::filesystem::path const& path, std::uint64_t offset,
                         std::size_t size) {
    FileDescriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) return fail(Errc::internal, "a segment could not be opened");
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < size) {
        auto const count = ::pread(file.get(), bytes.data() + done, size - done,
                                   static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::internal, "a segment could not be read");
        if (count == 0) return fail(Errc::corrupt, "a segment is shorter than it was made");
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

Result<std::uint64_t> segment_file_size(std::filesystem::path const& path) {
    std::error_code error;
    auto const size = std::filesystem::file_size(path, error);
    if (error) return fail(Errc::internal, "a segment could not be opened");
    return size;
}

// From behind, in pieces that fit into the processor's cache: of a segment that was just begun, or
// of a spare one, nothing else is read, and no memory for all of it is taken.
Result<Bytes> read_written(std::filesystem::path const& path, std::uint64_t size) {
    constexpr std::uint64_t kPiece = 512 * limits::kKiB;
    auto end = size;
    while (end > 0) {
        auto const begin = (end - 1) / kPiece * kPiece;
        SALUS_TRY(auto const piece, read_piece(path, begin, static_cast<std::size_t>(end - begin)));
        if (!is_zero(piece)) break;
        end = begin;
    }
    return read_piece(path, 0, static_cast<std::size_t>(end));
}

bool is_zero(BytesView bytes) noexcept {
    // A range equals itself shifted by one only if all its bytes are the same.
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace salus::audit
