#include "reconciliation/pruned_writes.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/access.h"
#include "audit/merkle.h"
#include "foundation/file.h"
#include "reconciliation/written_versions.h"

namespace salus::reconciliation {
namespace {

constexpr std::string_view kMagic = "SALUSWRT";
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kHeadBytes = 12;
constexpr std::size_t kFixedBytes = 16 + 8 + 8 + 16 + 32;
constexpr std::size_t kTypeBytesMost = 64;
constexpr std::size_t kBufferBytes = 256 * limits::kKiB;

std::unexpected<Error> no_disk() {
    return fail(Errc::unavailable, "what pruned leaves wrote cannot be kept");
}
std::unexpected<Error> changed() {
    return fail(Errc::corrupt, "what pruned leaves wrote is not what was recorded");
}

// Complete and durable under its name, or not there.
class EntryWriter {
public:
    explicit EntryWriter(std::filesystem::path path) : path_(std::move(path)), new_path_(path_) {
        new_path_ += ".new";
        file_ = FileDescriptor(
            ::open(new_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        is_shared_ = ::fchmod(file_.get(), audit::file_mode_in(path_.parent_path())) == 0;
        append(buffer_, bytes_of(kMagic));
        append_u32(buffer_, kFormat);
    }
    Result<void> add(Sighting const& sighting, std::string_view type) {
        Bytes entry;
        append(entry, sighting.address.bytes());
        append_u64(entry, sighting.version);
        append_u64(entry, sighting.leaf);
        append(entry, sighting.compartment.bytes());
        append(entry, sighting.digest);
        append(entry, bytes_of(type));
        tree_.append(audit::leaf_hash(entry));
        append_u16(buffer_, static_cast<std::uint16_t>(entry.size()));
        append(buffer_, entry);
        return buffer_.size() < kBufferBytes ? Result<void>() : flush();
    }
    Result<crypto::Sha256Digest> finish() {
        SALUS_TRY_VOID(flush());
        if (!is_shared_ || ::fsync(file_.get()) != 0 ||
            ::rename(new_path_.c_str(), path_.c_str()) != 0 ||
            !sync_directory(path_.parent_path())) {
            return no_disk();
        }
        return tree_.root();
    }

private:
    Result<void> flush() {
        BytesView rest = buffer_;
        while (!rest.empty()) {
            auto const written = ::write(file_.get(), rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return no_disk();
            rest = rest.subspan(static_cast<std::size_t>(written));
        }
        buffer_.clear();
        return {};
    }

    std::filesystem::path path_;
    std::filesystem::path new_path_;
    FileDescriptor file_;
    bool is_shared_ = false;  // as its directory is
    Bytes buffer_;
    audit::CompactRange tree_;
};

// The file, a piece at a time.
class EntryReader {
public:
    explicit EntryReader(std::filesystem::path const& path)
        : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}

    // Empty: the file ends here.
    Result<BytesView> take(std::size_t size) {
        if (window_.size() - at_ < size) SALUS_TRY_VOID(load());
        if (window_.size() == at_) return BytesView();
        if (window_.size() - at_ < size) return changed();
        at_ += size;
        return BytesView(window_).subspan(at_ - size, size);
    }

private:
    Result<void> load() {
        window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
        for (std::array<std::uint8_t, std::size_t{64} * 1024> piece{};
             window_.size() < kBufferBytes;) {
            auto const count = ::read(file_.get(), piece.data(), piece.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return changed();
            if (count == 0) return {};
            append(window_, BytesView(piece).first(static_cast<std::size_t>(count)));
        }
        return {};
    }

    FileDescriptor file_;
    Bytes window_;
    std::size_t at_ = 0;
};

Sighting sighting_in(BytesView entry) {
    Sighting sighting{.address = Address::from(entry)};
    sighting.version = read_u64(entry.subspan(16));
    sighting.leaf = read_u64(entry.subspan(24));
    sighting.compartment = CompartmentId::from(entry.subspan(32));
    std::ranges::copy(entry.subspan(48, sighting.digest.size()), sighting.digest.begin());
    sighting.seen = Seen::written;
    return sighting;
}

// The last write of each version, in order.
class LastWrites {
public:
    LastWrites(WrittenVersions const& written, std::uint64_t first, EntryWriter& writer)
        : written_(written), first_(first), writer_(writer) {}

    Result<void> add(Sighting const& sighting) {
        if (sighting.seen != Seen::written) return {};
        bool const same =
            last_ && last_->address == sighting.address && last_->version == sighting.version;
        if (!same) SALUS_TRY_VOID(end());
        last_ = sighting;
        return {};
    }
    Result<void> end() {
        if (!last_ || last_->leaf >= first_ || written_.is_short_lived(last_->type)) return {};
        bool const erased =
            written_.erasure_of(last_->compartment) == WrittenVersions::Erasure::done;
        return erased ? Result<void>() : writer_.add(*last_, written_.type_name(last_->type));
    }

private:
    WrittenVersions const& written_;
    std::uint64_t first_;
    EntryWriter& writer_;
    std::optional<Sighting> last_;
};

}  // namespace

Result<crypto::Sha256Digest> write_pruned_writes(std::filesystem::path const& log,
                                                 std::uint64_t segment, std::uint64_t first,
                                                 std::filesystem::path const& scratch) {
    SALUS_TRY(auto sorter, SightingSorter::make(scratch));
    WrittenVersions written(sorter);
    SALUS_TRY(auto const finding,
              written.add_log(log, {.number = 0, .settled_before = Sighting::kNoLeaf},
                              audit::Writer::running, {}));
    if (finding) return fail(Errc::corrupt, finding->why);
    SALUS_TRY_VOID(sorter.sort());
    EntryWriter writer(audit::versions_file(log, segment));
    LastWrites last(written, first, writer);
    while (true) {
        SALUS_TRY(auto const sighting, sorter.next());
        if (!sighting) break;
        SALUS_TRY_VOID(last.add(*sighting));
    }
    SALUS_TRY_VOID(last.end());
    return writer.finish();
}

Result<void> read_pruned_writes(std::filesystem::path const& log,
                                std::function<Result<void>(PrunedWrite const&)> const& receive) {
    SALUS_TRY(auto const pruning, audit::read_pruning(log));
    if (pruning.prefix.is_empty()) return {};
    EntryReader reader(audit::versions_file(log, pruning.prefix.segment));
    SALUS_TRY(auto const head, reader.take(kHeadBytes));
    bool const known = head.size() == kHeadBytes && text_of(head.first(8)) == kMagic &&
                       read_u32(head.subspan(8)) == kFormat;
    if (!known) return changed();
    audit::CompactRange tree;
    while (true) {
        SALUS_TRY(auto const length, reader.take(2));
        if (length.empty()) break;
        std::size_t const size = read_u16(length);
        if (size <= kFixedBytes || size > kFixedBytes + kTypeBytesMost) return changed();
        SALUS_TRY(auto const entry, reader.take(size));
        if (entry.empty()) return changed();
        tree.append(audit::leaf_hash(entry));
        SALUS_TRY_VOID(
            receive({.sighting = sighting_in(entry), .type = text_of(entry.subspan(kFixedBytes))}));
    }
    return tree.root() == pruning.prefix.versions ? Result<void>() : changed();
}

}  // namespace salus::reconciliation
